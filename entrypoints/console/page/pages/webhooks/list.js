// The webhooks of the organization: who is told of what, and what became of it.

import { ask } from "../../core/api.js";
import { WEBHOOKS } from "../../core/api-paths.js";
import { element } from "../../core/elements.js";
import { time } from "../../core/format.js";
import { action } from "../../old/action.js";
import { badge, when } from "../../old/badges.js";
import { copyable } from "../../old/copy.js";
import { openDialog } from "../../old/dialog.js";
import { choice, search } from "../../old/filters.js";
import { Listing, SORTS } from "../../old/listing.js";
import { facts, nothing, page } from "../../old/page.js";
import { toggle } from "../../old/toggle.js";
import { removeLater } from "../../parts/remove-later.js";
import { retryIfChanged } from "../../old/retry-if-changed.js";
import { timeline } from "../keys/history.js";
import { rotateSecret } from "../keys/secret.js";
import { deliveries } from "./deliveries.js";
import { addWebhook, editWebhook, FORMATS } from "./form.js";

const RENEWED_MS = 5_000;

export async function show({ query, signal }) {
  const list = new Listing({
    path: WEBHOOKS, query, signal, sorts: SORTS, csv: "webhooks.csv", about: ["webhook."], every: RENEWED_MS,
    filters: [search("q", "Search"), choice("enabled", "State", [["true", "Enabled"], ["false", "Disabled"]])],
    draw: (rows) => element("ul", { class: "cards" }, rows.map((webhook) => card(webhook, list, signal))),
    empty: (isFiltered) => isFiltered ? nothing("No webhook matches.") : nothing("There is no webhook yet. Add one for each program or channel that is to be told what happens.", adder(list)),
  });
  await list.load();
  return page("Webhooks", { lead: "Programs and channels that are told what happens here.", actions: [adder(list)] }, list.element);
}

const adder = (list) => action("Add a webhook", { needs: "admin", run: () => addWebhook(() => list.restart()) });

function card(webhook, list, signal) {
  return element("li", { class: "card key", "data-key": webhook.id },
    element("div", { class: "card-head" }, element("h2", {}, webhook.name), element("p", { class: "badges" }, state(webhook))),
    element("p", { class: "quiet" }, element("code", {}, webhook.host)),
    facts([["Topics", webhook.topics.join(", ")], ["Format", FORMATS.find(([name]) => name === webhook.format)?.[1] ?? webhook.format],
      ["Secret", element("code", {}, webhook.secretHint)],
      webhook.previousSecretUntil ? ["Old secret until", time(webhook.previousSecretUntil)] : null,
      webhook.switchedOffBecause ? ["Switched off", webhook.switchedOffBecause] : null,
      webhook.failingSince ? ["Failing", when(webhook.failingSince)] : null,
      webhook.nextAttemptAt ? ["Next attempt", when(webhook.nextAttemptAt)] : null,
      ["Id", copyable(webhook.id, `the id of ${webhook.name}`), "whole"]]),
    actions(webhook, list, signal));
}

function state(webhook) {
  if (webhook.switchedOffBecause) return badge("Switched off", "bad");
  if (!webhook.isEnabled) return badge("Disabled");
  return webhook.failingSince ? badge("Failing", "warn") : null;
}

function actions(webhook, list, signal) {
  const again = () => list.load();
  const path = `${WEBHOOKS}/${webhook.id}`;
  const { name } = webhook;
  return element("div", { class: "actions" },
    action("Deliveries", { needs: "viewer", tone: "plain", label: `Deliveries of ${name}`, run: async () => openDialog(`Deliveries of ${name}`, await deliveries(path, signal), { wide: true }) }),
    action("Test", { needs: "admin", tone: "plain", label: `Test ${name}`, run: () => test(webhook) }),
    action("Edit", { needs: "admin", tone: "plain", label: `Edit ${name}`, run: () => editWebhook(webhook, again) }),
    action("Rotate", { needs: "admin", tone: "plain", label: `Rotate the secret of ${name}`, run: () => rotateSecret(path, webhook, again) }),
    toggle(webhook, path, { needs: "admin", done: again }),
    action("History", { needs: "viewer", tone: "plain", label: `History of ${name}`, run: async () => openDialog(`History of ${name}`, await timeline(path, signal), { wide: true }) }),
    action("Remove", { needs: "admin", tone: "plain danger", label: `Remove ${name}`, run: () => remove(webhook, path) }));
}

async function test(webhook) {
  const { document } = await ask("POST", `${WEBHOOKS}/${webhook.id}/test`);
  const status = document.responseStatus ? ` It answered with status ${document.responseStatus}.` : "";
  openDialog(`Test of ${webhook.name}`, element("p", { class: `notice ${document.delivered ? "good" : "bad"}`, role: "status" }, document.delivered ? `The receiver took the message.${status}` : document.failure));
}

function remove(webhook, path) {
  removeLater([webhook.id], {
    text: `${webhook.name} is removed in some seconds, with its address, its secret and its deliveries.`, removed: `${webhook.name} was removed.`,
    run: () => retryIfChanged(webhook, { path, action: "Remove", act: (revision) => ask("DELETE", path, { revision }) }),
  });
}
