// The access keys of the organization: who may use the service with which, for how much.

import { ask } from "../../core/api.js";
import { KEYS } from "../../core/api-paths.js";
import { ago, time } from "../../core/format.js";
import { budgetText } from "../../core/budgets.js";
import { say } from "../../core/messages.js";
import { href } from "../../core/router.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, stamp } from "../../parts/badges.js";
import { cardFields, ChosenFacts } from "../../parts/columns.js";
import { copyable } from "../../parts/copy.js";
import { confirmed, openDialog } from "../../parts/dialog.js";
import { choice, search } from "../../parts/filters.js";
import { icon } from "../../parts/icon.js";
import { Listing, SORTS } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { toggle } from "../../parts/toggle.js";
import { shareBar } from "../../parts/usage-bar.js";
import { retryIfChanged } from "../../parts/retry-if-changed.js";
import { editKey, issueKey, SCOPES } from "./form.js";
import { timeline } from "../history/history.js";
import { rotateKey } from "./secret.js";

export async function show({ query, signal }) {
  const chooser = cardFields("access keys", FIELDS);
  const list = new Listing({
    path: KEYS, query, signal, sorts: [...SORTS, ["-budgetUsed", "Budget, most used first"], ["budgetUsed", "Budget, least used first"]], tools: chooser.view, csv: "access-keys.csv", about: ["access-key."],
    filters: [search("q", "Search"), choice("scope", "Scope", SCOPES), choice("enabled", "State", [["true", "Enabled"], ["false", "Disabled"]])],
    draw: (rows) => html`<ul class="cards">${rows.map((key) => keyCard(key, chooser, list, signal))}</ul>`,
    empty: (isFiltered) => isFiltered ? nothing("No access key matches.") : nothing("There is no access key yet. Issue one for each program that uses the service.", adder(list)),
  });
  await list.load();
  return page("Access keys", { lead: "Keys with which your programs use the service.", actions: adder(list) }, list.view);
}

const adder = (list) => html`<${Action} needs="admin" run=${() => issueKey(() => list.restart())}>${icon("plus")}Issue a key<//>`;

function keyCard(key, chooser, list, signal) {
  const scope = SCOPES.find(([name]) => name === key.scope)?.[1] ?? key.scope;
  return html`<li class="card key" key=${key.id} data-key=${key.id}>
    <div class="card-head"><h2>${key.name}</h2><p class="badges">${key.isEnabled ? null : badge("Disabled")}${expiry(key)}</p></div>
    <p class="quiet">${scope} · <code>${key.hint}</code></p>
    <${ChosenFacts} chooser=${chooser} row=${key} />
    ${actions(key, () => list.load(), signal)}
  </li>`;
}

function actions(key, again, signal) {
  const { name } = key;
  const path = `${KEYS}/${key.id}`;
  return html`<div class="actions">
    <${Action} needs="admin" tone="plain" label="Edit ${name}" run=${() => editKey(key, again)}>Edit<//>
    <a class="button plain" href=${href("/usage", { key: key.id })} aria-label="Usage of ${name}">Usage</a>
    <${Action} needs="admin" tone="plain" label="Rotate ${name}" run=${() => rotateKey(key, again)}>Rotate<//>
    ${toggle(key, path, { needs: "admin", done: again })}
    <${Action} needs="viewer" tone="plain" label="History of ${name}" run=${async () => openDialog(`History of ${name}`, await timeline(path, signal), { wide: true })}>History<//>
    <${Action} needs="admin" tone="plain danger" label="Revoke ${name}" run=${() => revoke(key, again)}>Revoke<//>
  </div>`;
}

async function revoke(key, done) {
  const path = `${KEYS}/${key.id}`;
  const revoked = await confirmed(`Revoke ${key.name}?`, html`<p>Programs that use it are refused immediately and permanently. Its history stays in the audit log.</p>`, {
    action: "Revoke",
    run: () => retryIfChanged(key, { path, action: "Revoke", act: (revision) => ask("DELETE", path, { revision }) }),
  });
  if (!revoked) return;
  say(`${key.name} was revoked.`);
  done();
}

function expiry(key) {
  if (!key.expiresAt) return null;
  return new Date(key.expiresAt) <= new Date() ? badge("Expired", "bad") : badge(`Expires ${ago(key.expiresAt)}`, "info");
}

function models({ modelIds, providerIds }) {
  const parts = [[modelIds, "model"], [providerIds, "provider"]].filter(([ids]) => ids).map(([ids, word]) => `${ids.length} ${word}${ids.length === 1 ? "" : "s"}`);
  return parts.join(", ") || "all";
}

function limits({ requestsPerMinute, tokensPerMinute, concurrent }) {
  const parts = [[requestsPerMinute, "requests/min"], [tokensPerMinute, "tokens/min"], [concurrent, "at once"]];
  return parts.filter(([most]) => most).map(([most, word]) => `${most.toLocaleString("en")} ${word}`).join(", ") || "none";
}

const FIELDS = [
  { head: "Models", cell: (key) => models(key) },
  { head: "Limits", cell: (key) => limits(key.limits) },
  { head: "Budget", isWhole: (key) => key.budget !== null, cell: (key) => budget(key.budget) },
  { head: "Labels", cell: (key) => labels(key.labels) },
  { head: "Last used", cell: (key) => stamp(key.lastUsedAt, "never") },
  { head: "Expires", isWhole: () => true, cell: (key) => key.expiresAt && time(key.expiresAt) },
  { head: "Old secret until", cell: (key) => key.previousSecretUntil && time(key.previousSecretUntil) },
  { head: "Issued by", isExtra: true, cell: (key) => html`<code>${key.createdBy}</code>` },
  { head: "Issued", isExtra: true, cell: (key) => stamp(key.createdAt) },
  { head: "Changed", isExtra: true, cell: (key) => stamp(key.updatedAt) },
  { head: "Id", isWhole: () => true, cell: (key) => copyable(key.id, `the id of ${key.name}`) },
];

const budget = (held) => held ? shareBar(held.spentUsd, held.usd, { label: "Budget used", text: budgetText(held) }) : "none";

const labels = (held) => Object.entries(held).map(([name, value]) => `${name}: ${value}`).join(", ") || "none";
