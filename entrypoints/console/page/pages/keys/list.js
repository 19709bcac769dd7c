// The access keys of the organization: who may use the service with which, for how much.

import { ask } from "../../core/api.js";
import { KEYS } from "../../core/api-paths.js";
import { element } from "../../core/elements.js";
import { time } from "../../core/format.js";
import { budgetText } from "../../core/budgets.js";
import { say } from "../../core/messages.js";
import { href } from "../../core/router.js";
import { action } from "../../old/action.js";
import { badge, when } from "../../old/badges.js";
import { copyable } from "../../old/copy.js";
import { confirmed, openDialog } from "../../old/dialog.js";
import { choice, search } from "../../old/filters.js";
import { Listing, SORTS } from "../../old/listing.js";
import { facts, nothing, page } from "../../old/page.js";
import { toggle } from "../../old/toggle.js";
import { shareBar } from "../../old/share.js";
import { retryIfChanged } from "../../old/retry-if-changed.js";
import { editKey, issueKey, SCOPES } from "./form.js";
import { timeline } from "./history.js";
import { rotateKey } from "./secret.js";

export async function show({ query, signal }) {
  const list = new Listing({
    path: KEYS, query, signal, sorts: [...SORTS, ["-budgetUsed", "Budget, most used first"]], csv: "access-keys.csv", about: ["access-key."],
    filters: [search("q", "Search"), choice("scope", "Scope", SCOPES), choice("enabled", "State", [["true", "Enabled"], ["false", "Disabled"]])],
    draw: (rows) => element("ul", { class: "cards" }, rows.map((key) => keyCard(key, list, signal))),
    empty: (isFiltered) => isFiltered ? nothing("No access key matches.") : nothing("There is no access key yet. Issue one for each program that uses the service.", adder(list)),
  });
  await list.load();
  return page("Access keys", { lead: "Keys with which your programs use the service.", actions: [adder(list)] }, list.element);
}

const adder = (list) => action("Issue a key", { needs: "admin", run: () => issueKey(() => list.restart()) });

function keyCard(key, list, signal) {
  const scope = SCOPES.find(([name]) => name === key.scope)?.[1] ?? key.scope;
  return element("li", { class: "card key", "data-key": key.id },
    element("div", { class: "card-head" }, element("h2", {}, key.name), element("p", { class: "badges" }, key.isEnabled ? null : badge("Disabled"), expiry(key))),
    element("p", { class: "quiet" }, scope, " · ", element("code", {}, key.hint)),
    facts([["Models", models(key)], ["Limits", limits(key.limits)], ["Budget", budget(key.budget)], ["Labels", labels(key.labels)], ["Last used", when(key.lastUsedAt)],
      key.previousSecretUntil ? ["Old secret until", time(key.previousSecretUntil)] : null,
      ["Id", copyable(key.id, `the id of ${key.name}`), "whole"]]),
    actions(key, list, signal));
}

function actions(key, list, signal) {
  const again = () => list.load();
  return element("div", { class: "actions" },
    action("Edit", { needs: "admin", tone: "plain", label: `Edit ${key.name}`, run: () => editKey(key, again) }),
    element("a", { class: "button plain", href: href("/usage", { key: key.id }), "aria-label": `Usage of ${key.name}` }, "Usage"),
    action("Rotate", { needs: "admin", tone: "plain", label: `Rotate ${key.name}`, run: () => rotateKey(key, again) }),
    toggle(key, `${KEYS}/${key.id}`, { needs: "admin", done: again }),
    action("History", { needs: "viewer", tone: "plain", label: `History of ${key.name}`, run: async () => openDialog(`History of ${key.name}`, await timeline(`${KEYS}/${key.id}`, signal), { wide: true }) }),
    action("Revoke", { needs: "admin", tone: "plain danger", label: `Revoke ${key.name}`, run: () => revoke(key, again) }));
}

async function revoke(key, done) {
  const path = `${KEYS}/${key.id}`;
  const revoked = await confirmed(`Revoke ${key.name}?`, element("p", {}, "Programs that use it are refused at once, for ever. Its history stays in the audit log."), {
    action: "Revoke",
    run: () => retryIfChanged(key, { path, action: "Revoke", act: (revision) => ask("DELETE", path, { revision }) }),
  });
  if (!revoked) return;
  say(`${key.name} was revoked.`);
  done();
}

function expiry(key) {
  if (!key.expiresAt) return null;
  return new Date(key.expiresAt) <= new Date() ? badge("Expired", "bad") : badge(`Expires ${time(key.expiresAt)}`, "info");
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
