// Registering and editing a model. What is left empty for a new one is filled in from the catalogue.

import { ask, Problem } from "../../core/api.js";
import { title } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { MODELS } from "../../core/api-paths.js";
import { patchBetween } from "../../old/changes.js";
import { openDialog } from "../../old/dialog.js";
import { field, Form } from "../../old/form.js";
import { saved } from "../../old/merge.js";
import { configFields } from "./config.js";
import { flatPrices, isPrice, priceFields, pricingOf } from "./prices.js";
import { TYPES } from "./vocabulary.js";

export function addModel(providers, done) {
  const identity = [
    field({ name: "providerId", label: "Provider", type: "choice", choices: providers.map((provider) => [provider.id, provider.name]) }),
    field({ name: "modelId", label: "Model id", required: true, help: "The provider's own name for it, such as `gpt-4.1-mini`." }),
  ];
  const fields = writable({}, true);
  const form = new Form([...identity, ...fields], { action: "Register", submit: async () => {
    const given = Object.entries({ ...valuesOf(identity), ...written(fields) }).filter(([name, value]) => value !== null && value !== "" && !(name === "priceTiers" && value.length === 0));
    const { document } = await ask("POST", MODELS, { body: priced(Object.fromEntries(given)), once: true });
    dialog.close();
    say(`${document.name} was registered.`);
    done(document);
  } });
  form.body.classList.add("two");
  const dialog = openDialog("Register a model", form.element, { wide: true });
}

export function editModel(model, done) {
  const path = `${MODELS}/${model.id}`;
  let base = flat(model);
  let fields = writable(base, false);
  const form = new Form(fields, { action: "Save", submit: async () => {
    const document = await saved(path, base, written(fields), {
      flat, patch: patchOf,
      reload: (theirs) => {
        base = theirs;
        fields = writable(base, false);
        form.setFields(fields);
      },
    });
    if (!document) return;
    dialog.close();
    say(`${document.name} was saved.`);
    done(document);
  } });
  form.body.classList.add("two");
  const dialog = openDialog(`Edit ${model.name}`, form.element, { wide: true });
}

function flat(model) {
  return { ...model, ...flatPrices(model.pricing), pricing: undefined };
}

function writable(model, isNew) {
  const filled = isNew ? "Leave it empty to fill it in from the catalogue." : undefined;
  return [
    field({ name: "name", label: "Name", value: model.name, required: !isNew, help: filled }),
    field({ name: "version", label: "Version", value: model.version }),
    field({ name: "type", label: "Type", type: "choice", value: model.type ?? "", choices: [...(isNew ? [["", "From the catalogue"]] : []), ...TYPES.map((type) => [type, title(type)])] }),
    field({ name: "capabilities", label: "Capabilities", value: model.capabilities?.join(", "), help: "Separate names with commas, such as `text, vision, function_calling`." }),
    ...priceFields(model, isNew ? filled : "Leave it empty if the price is not known. A price that you enter is never overwritten."),
    field({ name: "contextWindow", label: "Context window", unit: "tokens", type: "number", min: 1, step: 1, value: model.contextWindow }),
    field({ name: "maxTokens", label: "Max output tokens", unit: "tokens", type: "number", min: 1, step: 1, value: model.maxTokens }),
    ...configFields(model.config),
    field({ name: "isEnabled", label: "Enabled", type: "check", value: model.isEnabled ?? true }),
  ];
}

const valuesOf = (fields) => Object.fromEntries(fields.filter((each) => !each.isPart).map((each) => [each.name, each.read()]));

function written(fields) {
  const values = valuesOf(fields);
  const capabilities = values.capabilities.split(",").map((name) => name.trim()).filter(Boolean);
  const isKnown = capabilities.length > 0 || values.type !== "";
  return {
    ...values,
    version: values.version || null,
    config: parsed(values.config, "{}", "/config"),
    priceTiers: parsed(values.priceTiers, "[]", "/pricing/tiers"),
    capabilities: isKnown ? capabilities : null,
  };
}

function parsed(text, otherwise, pointer) {
  try {
    return JSON.parse(text.trim() || otherwise);
  } catch (error) {
    throw new Problem({ status: 422, code: "invalid-input", detail: "A field is not JSON.", errors: [{ pointer, message: `This is not JSON: ${error.message}` }] });
  }
}

function patchOf(change, before) {
  return priced(change.config ? { ...change, config: patchBetween(before.config, change.config) } : change);
}

/** @param {Record<string, any>} given */
function priced(given) {
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !isPrice(name)));
  const pricing = pricingOf(given);
  return Object.keys(pricing).length ? { ...rest, pricing } : rest;
}
