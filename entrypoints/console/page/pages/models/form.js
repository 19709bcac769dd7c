// Registering and editing a model. What is left empty for a new one is filled in from the catalogue.

import { ask, Problem } from "../../core/api.js";
import { title } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { MODELS } from "../../core/api-paths.js";
import { html, useState } from "../../core/view.js";
import { patchBetween } from "../../parts/changes.js";
import { openDialog } from "../../parts/dialog.js";
import { Field, Form } from "../../parts/form.js";
import { saved } from "../../parts/merge.js";
import { ConfigFields, withoutParts } from "./config.js";
import { flatPrices, isPrice, priceFields, pricingOf } from "./prices.js";
import { TYPES } from "./model-types.js";

export function addModel(providers, done) {
  const submit = async (values) => {
    const given = Object.entries(written(values)).filter(([name, value]) => value !== null && value !== "" && !(name === "priceTiers" && value.length === 0));
    const { document } = await ask("POST", MODELS, { body: priced(Object.fromEntries(given)), once: true });
    dialog.close();
    say(`${document.name} was registered.`);
    done(document);
  };
  const dialog = openDialog("Register a model", html`<${Form} action="Register" isTwo submit=${submit}>
    <${Field} name="providerId" label="Provider" type="choice" choices=${providers.map((provider) => [provider.id, provider.name])} />
    <${Field} name="modelId" label="Model id" required help="The provider's own name for it, such as \`gpt-4.1-mini\`." />
    ${writable({}, true)}
  <//>`, { wide: true });
}

export function editModel(model, done) {
  openDialog(`Edit ${model.name}`, ({ close }) => html`<${ModelForm} model=${model} close=${close} done=${done} />`, { wide: true });
}

function ModelForm({ model, close, done }) {
  const [base, setBase] = useState(flat(model));
  const submit = async (values) => {
    const document = await saved(`${MODELS}/${model.id}`, base, written(values), { flat, patch: patchOf, reload: setBase });
    if (!document) return;
    close();
    say(`${document.name} was saved.`);
    done(document);
  };
  return html`<${Form} action="Save" isTwo submit=${submit}><${Fields} key=${base.revision} model=${base} /><//>`;
}

const Fields = ({ model }) => writable(model, false);

function flat(model) {
  return { ...model, ...flatPrices(model.pricing), pricing: undefined };
}

function writable(model, isNew) {
  const filled = isNew ? "Leave it empty to fill it in from the catalogue." : undefined;
  return html`
    <${Field} name="name" label="Name" value=${model.name} required=${!isNew} help=${filled} />
    <${Field} name="version" label="Version" value=${model.version} />
    <${Field} name="type" label="Type" type="choice" value=${model.type ?? ""} choices=${[...(isNew ? [["", "From the catalogue"]] : []), ...TYPES.map((type) => [type, title(type)])]} />
    <${Field} name="capabilities" label="Capabilities" value=${model.capabilities?.join(", ")} help="Separate names with commas, such as \`text, vision, function_calling\`." />
    ${priceFields(model, isNew ? filled : "Leave it empty if the price is not known. A price that you enter is never overwritten.")}
    <${Field} name="contextWindow" label="Context window" unit="tokens" type="number" min="1" step="1" value=${model.contextWindow} />
    <${Field} name="maxTokens" label="Max output tokens" unit="tokens" type="number" min="1" step="1" value=${model.maxTokens} />
    <${ConfigFields} config=${model.config} />
    <${Field} name="isEnabled" label="Enabled" type="check" value=${model.isEnabled ?? true} />`;
}

function written(given) {
  const values = withoutParts(given);
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
