// The access keys of the organization: who may use the service with which, for how much.

import { KEYS } from "../../core/api-paths.js";
import { ago, time, UNKNOWN } from "../../core/format.js";
import { budgetText } from "../../core/budgets.js";
import { go } from "../../core/router.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, enabled, stamp } from "../../parts/badges.js";
import { Bulk } from "../../parts/bulk.js";
import { ChosenTable, Columns } from "../../parts/columns.js";
import { copyable } from "../../parts/copy.js";
import { openDialog } from "../../parts/dialog.js";
import { choice, search } from "../../parts/filters.js";
import { icon } from "../../parts/icon.js";
import { Listing } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { named, openDetails } from "../../parts/row-details.js";
import { Selection } from "../../parts/table.js";
import { setEnabled, setManyEnabled } from "../../parts/toggle.js";
import { shareBar } from "../../parts/usage-bar.js";
import { editKey, issueKey, SCOPES } from "./form.js";
import { timeline } from "../history/history.js";
import { revokeKeys } from "./revoke.js";
import { rotateKey } from "./secret.js";

export async function show({ query, signal }) {
  const selection = new Selection();
  const chooser = new Columns("access keys", columns(() => list.load(), signal));
  const rowsOf = (rows) => {
    selection.renew(rows);
    return html`<${ChosenTable} chooser=${chooser} rows=${rows} caption="Access keys" selection=${selection} sorted=${list.sort} onsort=${(sort) => list.sortBy(sort)} />`;
  };
  const list = new Listing({
    path: KEYS, query, signal, tools: chooser.view, csv: "access-keys.csv", about: ["access-key."],
    filters: [search("q", "Search"), choice("scope", "Scope", SCOPES), choice("enabled", "State", [["true", "Enabled"], ["false", "Disabled"]])],
    draw: rowsOf,
    empty: (isFiltered) => isFiltered ? nothing("No access key matches.") : nothing("There is no access key yet. Issue one for each program that uses the service.", adder(list)),
    above: html`<${Bulk} name="Selected access keys" selection=${selection} get=${() => list} kept=${handle} acts=${bulkActs} />`,
  });
  await list.load();
  return page("Access keys", { lead: "Keys with which your programs use the service.", actions: adder(list) }, list.view);
}

const adder = (list) => html`<${Action} needs="admin" run=${() => issueKey(() => list.restart())}>${icon("plus")}Issue a key<//>`;

// What is needed of each of very many.
const handle = ({ id, revision, name, isEnabled }) => ({ id, revision, name, isEnabled });

const pathOf = ({ id }) => `${KEYS}/${id}`;

function bulkActs({ run }) {
  const toggle = (isEnabled) => run((keys, { tell, done }) => setManyEnabled(keys, isEnabled, { what: "access key", pathOf, tell, done }));
  return html`<${Action} needs="admin" tone="plain" run=${toggle(true)}>Enable<//>
    <${Action} needs="admin" tone="plain" run=${toggle(false)}>Disable<//>
    <${Action} needs="admin" tone="plain danger" run=${run((keys, { tell, done }) => revokeKeys(keys, tell, done))}>Revoke<//>`;
}

function columns(again, signal) {
  const all = [
    { head: "Key", isFixed: true, sort: "name", cell: (key) => [named(key.name, () => open(key)), html`<small><code>${key.hint}</code></small>`] },
    { head: "Scope", cell: (key) => SCOPES.find(([name]) => name === key.scope)?.[1] ?? key.scope },
    { head: "Budget", sort: "budgetUsed", cell: (key) => budget(key.budget) },
    { head: "Limits", cell: (key) => limits(key.limits) },
    { head: "Labels", cell: (key) => labels(key.labels) },
    { head: "Last used", cell: (key) => stamp(key.lastUsedAt, "never") },
    { head: "Models", isExtra: true, cell: (key) => models(key) },
    { head: "Expires", isExtra: true, cell: (key) => key.expiresAt ? time(key.expiresAt) : "never" },
    { head: "Old secret until", isExtra: true, cell: (key) => key.previousSecretUntil ? time(key.previousSecretUntil) : UNKNOWN },
    { head: "Issued by", isExtra: true, cell: (key) => html`<code>${key.createdBy}</code>` },
    { head: "Issued", isExtra: true, sort: "createdAt", cell: (key) => stamp(key.createdAt) },
    { head: "Changed", isExtra: true, cell: (key) => stamp(key.updatedAt) },
    { head: "Id", isExtra: true, isWhole: true, cell: (key) => copyable(key.id, `the id of ${key.name}`) },
    { head: "State", cell: state },
    { head: "Change", isFixed: true, isUnseen: true, cell: (key) => html`<${Action} needs="admin" tone="plain" label="Edit ${key.name}" run=${() => editKey(key, again)}>Edit<//>` },
  ];
  const open = (key) => openDetails(key, { what: "Access key", name: key.name, badges: state(key), columns: all.filter((column) => column.head !== "State"), acts: acts(key, again, signal) });
  return all;
}

function acts(key, again, signal) {
  const { name } = key;
  const word = key.isEnabled ? "Disable" : "Enable";
  return [
    { text: "Edit", label: `Edit ${name}`, needs: "admin", run: () => editKey(key, again) },
    { text: "Usage", label: `Usage of ${name}`, needs: "viewer", run: () => go("/usage", { key: key.id }) },
    { text: "Rotate", label: `Rotate ${name}`, needs: "admin", run: () => rotateKey(key, again) },
    { text: word, label: `${word} ${name}`, needs: "admin", run: () => setEnabled(key, pathOf(key), !key.isEnabled, again) },
    { text: "History", label: `History of ${name}`, needs: "viewer", run: async () => openDialog(`History of ${name}`, await timeline(pathOf(key), signal), { wide: true }) },
    { text: "Revoke", label: `Revoke ${name}`, needs: "admin", tone: "danger", run: () => revokeKeys([key], () => {}, again) },
  ];
}

const state = (key) => html`<span class="badges">${enabled(key.isEnabled)}${expiry(key)}</span>`;

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

const budget = (held) => held ? shareBar(held.spentUsd, held.usd, { label: "Budget used", text: budgetText(held) }) : "none";

const labels = (held) => Object.entries(held).map(([name, value]) => `${name}: ${value}`).join(", ") || "none";
