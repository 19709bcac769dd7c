// Issuing and editing an access key.

import { ask } from "../../core/api.js";
import { allProviders, KEYS } from "../../core/api-paths.js";
import { PERIODS } from "../../core/budgets.js";
import { element } from "../../core/elements.js";
import { say } from "../../core/messages.js";
import { patchBetween } from "../../old/changes.js";
import { openDialog } from "../../old/dialog.js";
import { field, Form } from "../../old/form.js";
import { saved } from "../../old/merge.js";
import { showSecret } from "./secret.js";

export const SCOPES = [["run", "Run models"], ["read", "Read, as a viewer"], ["manage", "Manage, as an editor"]];

const OBJECTS = ["limits", "labels"];

export async function issueKey(done) {
  new KeyForm(await allProviders(), null, done);
}

export async function editKey(key, done) {
  new KeyForm(await allProviders(), key, done);
}

class KeyForm {
  constructor(providers, key, done) {
    this.providers = providers;
    this.key = key;
    this.done = done;
    this.form = new Form([], { action: key ? "Save" : "Issue the key", submit: () => this.#save() });
    this.form.body.classList.add("two");
    this.#draw(key ?? { limits: {}, labels: {} });
    this.dialog = openDialog(key ? `Edit ${key.name}` : "Issue an access key", this.form.element);
  }

  #draw(values) {
    this.name = field({ name: "name", label: "Name", value: values.name ?? "", required: true, maxlength: 200, help: "The program that uses it. No e-mail addresses." });
    this.scope = field({ name: "scope", label: "Scope", type: "choice", choices: SCOPES, value: values.scope ?? "run", disabled: Boolean(this.key), help: "It cannot be changed later." });
    this.limits = [["requestsPerMinute", "Requests a minute"], ["tokensPerMinute", "Tokens a minute"], ["concurrent", "Prompts at once"]].map(([name, label]) =>
      field({ name, label, type: "number", step: 1, min: 1, pointer: `/limits/${name}`, value: values.limits[name] ?? "", help: "Empty: no limit." }));
    this.period = field({ name: "period", label: "Budget for", type: "choice", choices: [["", "No budget"], ...PERIODS], value: values.budget?.period ?? "", pointer: "/budget/period" });
    this.usd = field({ name: "usd", label: "Budget", type: "number", unit: "USD", min: 0, value: values.budget?.usd ?? "", pointer: "/budget" });
    this.labels = field({ name: "labels", label: "Labels", type: "textarea", rows: 3, value: linesOf(values.labels), help: "One a line, such as `team: search`. No e-mail addresses." });
    this.ticks = this.providers.map((provider) => ({ id: provider.id, ...tick(provider, values.providerIds) }));
    this.expiresAt = field({ name: "expiresAt", label: "Expires", type: "datetime-local", value: localText(values.expiresAt), help: "Empty: never." });
    this.form.setFields([this.name, this.scope, ...this.limits, this.period, this.usd, this.expiresAt, this.labels]);
    this.form.body.append(this.#choiceOfProviders());
  }

  #choiceOfProviders() {
    return element("fieldset", { class: "field" }, element("legend", {}, "Providers it may use"),
      element("p", { class: "hint" }, "None ticked: all of them. Single models are allowed by the API’s modelIds."), this.ticks.map((each) => each.element));
  }

  #written() {
    const ticked = this.ticks.filter((each) => each.box.checked).map((each) => each.id);
    const expiry = this.expiresAt.read();
    return {
      name: this.name.read().trim(),
      limits: Object.fromEntries(this.limits.map((each) => [each.name, each.read()])),
      budget: this.period.read() ? { usd: this.usd.read(), period: this.period.read() } : null,
      labels: labelsOf(this.labels.read()),
      providerIds: ticked.length ? ticked : null,
      expiresAt: expiry ? new Date(expiry).toISOString() : null,
    };
  }

  async #save() {
    const document = this.key ? await this.#change() : await this.#issue();
    if (!document) return;
    this.dialog.close();
    if (this.key) say(`${document.name} was saved.`);
    else showSecret(document, `${document.name} was issued`);
    this.done(document);
  }

  async #issue() {
    const { limits, budget, providerIds, expiresAt, ...written } = this.#written();
    const given = Object.fromEntries(Object.entries({ budget, providerIds, expiresAt }).filter(([, value]) => value !== null));
    return (await ask("POST", KEYS, { body: { ...written, ...given, limits, scope: this.scope.read() } })).document;
  }

  async #change() {
    return saved(`${KEYS}/${this.key.id}`, writable(this.key), this.#written(), {
      flat: writable,
      patch: (change, before) => ({ ...change, ...Object.fromEntries(OBJECTS.filter((name) => change[name]).map((name) => [name, patchBetween(before[name], change[name])])) }),
      reload: (theirs) => {
        this.key = { ...this.key, ...theirs };
        this.#draw(theirs);
      },
    });
  }
}

// What the form writes of a key, as the form writes it.
function writable({ name, revision, limits, budget, labels, providerIds, expiresAt }) {
  const expiry = localText(expiresAt);
  return { name, revision, limits, labels, providerIds, budget: budget ? { usd: budget.usd, period: budget.period } : null, expiresAt: expiry ? new Date(expiry).toISOString() : null };
}

function tick(provider, allowed) {
  const box = /** @type {HTMLInputElement} */ (element("input", { type: "checkbox", checked: (allowed ?? []).includes(provider.id) }));
  return { box, element: element("label", { class: "radio" }, box, " ", provider.name) };
}

const linesOf = (labels) => Object.entries(labels).map(([name, value]) => `${name}: ${value}`).join("\n");

function labelsOf(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  return Object.fromEntries(lines.map((line) => {
    const [name, ...value] = line.split(":");
    return [name.trim(), value.join(":").trim()];
  }));
}

function localText(moment) {
  if (!moment) return "";
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
