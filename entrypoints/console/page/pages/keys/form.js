// Issuing and editing an access key.

import { ask } from "../../core/api.js";
import { allProviders, KEYS } from "../../core/api-paths.js";
import { PERIODS } from "../../core/budgets.js";
import { say } from "../../core/messages.js";
import { html, useRef, useState } from "../../core/view.js";
import { patchBetween } from "../../parts/changes.js";
import { openDialog } from "../../parts/dialog.js";
import { localText } from "../../parts/filters.js";
import { Field, Form } from "../../parts/form.js";
import { saved } from "../../parts/merge.js";
import { showSecret } from "./secret.js";

export const SCOPES = [["run", "Run models"], ["read", "Read, as a viewer"], ["manage", "Manage, as an editor"]];

const OBJECTS = ["limits", "labels"];
const LIMITS = [["requestsPerMinute", "Requests a minute"], ["tokensPerMinute", "Tokens a minute"], ["concurrent", "Prompts at once"]];

export const issueKey = async (done) => open(await allProviders(), null, done);

export const editKey = async (key, done) => open(await allProviders(), key, done);

function open(providers, key, done) {
  openDialog(key ? `Edit ${key.name}` : "Issue an access key", ({ close }) => html`<${KeyForm} providers=${providers} first=${key} close=${close} done=${done} />`);
}

function KeyForm({ providers, first, close, done }) {
  const [key, setKey] = useState(first);
  // By the order of the list, as they are saved.
  const boxes = useRef(/** @type {HTMLElement | null} */ (null));
  const ticked = () => [...boxes.current.querySelectorAll("input:checked")].map((box) => /** @type {HTMLInputElement} */ (box).value);
  const issue = async (values) => {
    const { limits, budget, providerIds, expiresAt, ...given } = written(values, ticked());
    const optional = Object.fromEntries(Object.entries({ budget, providerIds, expiresAt }).filter(([, value]) => value !== null));
    return (await ask("POST", KEYS, { body: { ...given, ...optional, limits, scope: values.scope } })).document;
  };
  const change = (values) => saved(`${KEYS}/${key.id}`, writable(key), written(values, ticked()), {
    flat: writable,
    patch: (changed, before) => ({ ...changed, ...Object.fromEntries(OBJECTS.filter((name) => changed[name]).map((name) => [name, patchBetween(before[name], changed[name])])) }),
    reload: (theirs) => setKey({ ...key, ...theirs }),
  });
  const submit = async (values) => {
    const document = await (key ? change : issue)(values);
    if (!document) return;
    close();
    if (key) say(`${document.name} was saved.`);
    else showSecret(document, `${document.name} was issued`);
    done(document);
  };
  return html`<${Form} action=${key ? "Save" : "Issue the key"} isTwo submit=${submit}>
    <${Fields} key=${key?.revision} known=${key ?? { limits: {}, labels: {} }} isNew=${!key} providers=${providers} boxes=${boxes} />
  <//>`;
}

function Fields({ known, isNew, providers, boxes }) {
  const allowed = known.providerIds ?? [];
  return html`
    <${Field} name="name" label="Name" value=${known.name ?? ""} required maxlength="200" help="The program that uses it. No e-mail addresses." />
    <${Field} name="scope" label="Scope" type="choice" choices=${SCOPES} value=${known.scope ?? "run"} disabled=${!isNew} help="It cannot be changed later." />
    ${LIMITS.map(([name, label]) => html`<${Field} name=${name} label=${label} type="number" step="1" min="1" pointer="/limits/${name}" value=${known.limits[name] ?? ""} help="Empty: no limit." />`)}
    <${Field} name="period" label="Budget for" type="choice" choices=${[["", "No budget"], ...PERIODS]} value=${known.budget?.period ?? ""} pointer="/budget/period" />
    <${Field} name="usd" label="Budget" type="number" unit="USD" min="0" value=${known.budget?.usd ?? ""} pointer="/budget" />
    <${Field} name="expiresAt" label="Expires" type="datetime-local" value=${momentText(known.expiresAt)} help="Empty: never." />
    <${Field} name="labels" label="Labels" type="textarea" rows="3" value=${linesOf(known.labels)} help="One per line, such as \`team: search\`. No e-mail addresses." />
    <fieldset class="field whole choices" ref=${boxes}><legend>Providers it may use</legend>
      <p class="hint">None ticked: all of them.</p>
      ${providers.map(({ id, name }) => html`<label class="radio" key=${id}><input type="checkbox" value=${id} defaultChecked=${allowed.includes(id)} /> ${name}</label>`)}
    </fieldset>`;
}

function written(values, ticked) {
  return {
    name: values.name.trim(),
    limits: Object.fromEntries(LIMITS.map(([name]) => [name, values[name]])),
    budget: values.period ? { usd: values.usd, period: values.period } : null,
    labels: labelsOf(values.labels),
    providerIds: ticked.length ? ticked : null,
    expiresAt: values.expiresAt ? new Date(values.expiresAt).toISOString() : null,
  };
}

// What the form writes of a key, as the form writes it.
function writable({ name, revision, limits, budget, labels, providerIds, expiresAt }) {
  const expiry = momentText(expiresAt);
  return { name, revision, limits, labels, providerIds, budget: budget ? { usd: budget.usd, period: budget.period } : null, expiresAt: expiry ? new Date(expiry).toISOString() : null };
}

const linesOf = (labels) => Object.entries(labels).map(([name, value]) => `${name}: ${value}`).join("\n");

function labelsOf(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  return Object.fromEntries(lines.map((line) => {
    const [name, ...value] = line.split(":");
    return [name.trim(), value.join(":").trim()];
  }));
}

const momentText = (moment) => moment ? localText(new Date(moment)) : "";
