// The webhooks of the organization: who is notified of what, and the results.

import { ask } from "../../core/api.js";
import { WEBHOOKS } from "../../core/api-paths.js";
import { time } from "../../core/format.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, stamp } from "../../parts/badges.js";
import { cardFields, ChosenFacts } from "../../parts/columns.js";
import { copyable } from "../../parts/copy.js";
import { openDialog } from "../../parts/dialog.js";
import { choice, search } from "../../parts/filters.js";
import { icon } from "../../parts/icon.js";
import { Listing, SORTS } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { toggle } from "../../parts/toggle.js";
import { removeLater } from "../../parts/remove-later.js";
import { retryIfChanged } from "../../parts/retry-if-changed.js";
import { timeline } from "../history/history.js";
import { rotateSecret } from "../keys/secret.js";
import { deliveries } from "./deliveries.js";
import { addWebhook, editWebhook, FORMATS } from "./form.js";

const RENEWED_MS = 5_000;

export async function show({ query, signal }) {
  const chooser = cardFields("webhooks", FIELDS);
  const list = new Listing({
    path: WEBHOOKS, query, signal, sorts: SORTS, tools: chooser.view, csv: "webhooks.csv", about: ["webhook."], every: RENEWED_MS,
    filters: [search("q", "Search"), choice("enabled", "State", [["true", "Enabled"], ["false", "Disabled"]])],
    draw: (rows) => html`<ul class="cards">${rows.map((webhook) => card(webhook, chooser, list, signal))}</ul>`,
    empty: (isFiltered) => isFiltered ? nothing("No webhook matches.") : nothing("There is no webhook yet. Add one for each program or channel that should be notified of events.", adder(list)),
  });
  await list.load();
  return page("Webhooks", { lead: "Programs and channels that are notified of events.", actions: adder(list) }, list.view);
}

const adder = (list) => html`<${Action} needs="admin" run=${() => addWebhook(() => list.restart())}>${icon("plus")}Add a webhook<//>`;

function card(webhook, chooser, list, signal) {
  return html`<li class="card key" key=${webhook.id} data-key=${webhook.id}>
    <div class="card-head"><h2>${webhook.name}</h2><p class="badges">${state(webhook)}</p></div>
    <p class="quiet"><code>${webhook.host}</code></p>
    <${ChosenFacts} chooser=${chooser} row=${webhook} />
    ${actions(webhook, () => list.load(), signal)}
  </li>`;
}

const FIELDS = [
  { head: "Topics", cell: (webhook) => webhook.topics.join(", ") },
  { head: "Format", cell: (webhook) => FORMATS.find(([name]) => name === webhook.format)?.[1] ?? webhook.format },
  { head: "Secret", cell: (webhook) => html`<code>${webhook.secretHint}</code>` },
  { head: "Old secret until", cell: (webhook) => webhook.previousSecretUntil && time(webhook.previousSecretUntil) },
  { head: "Switched off", cell: (webhook) => webhook.switchedOffBecause },
  { head: "Failing", cell: (webhook) => webhook.failingSince && stamp(webhook.failingSince) },
  { head: "Next attempt", cell: (webhook) => webhook.nextAttemptAt && stamp(webhook.nextAttemptAt) },
  { head: "Added", isExtra: true, cell: (webhook) => stamp(webhook.createdAt) },
  { head: "Changed", isExtra: true, cell: (webhook) => stamp(webhook.updatedAt) },
  { head: "Id", isWhole: () => true, cell: (webhook) => copyable(webhook.id, `the id of ${webhook.name}`) },
];

function state(webhook) {
  if (webhook.switchedOffBecause) return badge("Switched off", "bad");
  if (!webhook.isEnabled) return badge("Disabled");
  return webhook.failingSince ? badge("Failing", "warn") : null;
}

function actions(webhook, again, signal) {
  const path = `${WEBHOOKS}/${webhook.id}`;
  const { name } = webhook;
  return html`<div class="actions">
    <${Action} needs="viewer" tone="plain" label="Deliveries of ${name}" run=${async () => openDialog(`Deliveries of ${name}`, await deliveries(path, signal), { wide: true })}>Deliveries<//>
    <${Action} needs="admin" tone="plain" label="Test ${name}" run=${() => test(webhook)}>Test<//>
    <${Action} needs="admin" tone="plain" label="Edit ${name}" run=${() => editWebhook(webhook, again)}>Edit<//>
    <${Action} needs="admin" tone="plain" label="Rotate the secret of ${name}" run=${() => rotateSecret(path, webhook, again)}>Rotate<//>
    ${toggle(webhook, path, { needs: "admin", done: again })}
    <${Action} needs="viewer" tone="plain" label="History of ${name}" run=${async () => openDialog(`History of ${name}`, await timeline(path, signal), { wide: true })}>History<//>
    <${Action} needs="admin" tone="plain danger" label="Remove ${name}" run=${() => remove(webhook, path)}>Remove<//>
  </div>`;
}

async function test(webhook) {
  const { document } = await ask("POST", `${WEBHOOKS}/${webhook.id}/test`);
  const status = document.responseStatus ? ` It answered with status ${document.responseStatus}.` : "";
  openDialog(`Test of ${webhook.name}`, html`<p class="notice ${document.delivered ? "good" : "bad"}" role="status">${document.delivered ? `The receiver took the message.${status}` : document.failure}</p>`);
}

function remove(webhook, path) {
  removeLater([webhook.id], {
    text: `${webhook.name} is removed in some seconds, with its address, its secret and its deliveries.`, removed: `${webhook.name} was removed.`,
    run: () => retryIfChanged(webhook, { path, action: "Remove", act: (revision) => ask("DELETE", path, { revision }) }),
  });
}
