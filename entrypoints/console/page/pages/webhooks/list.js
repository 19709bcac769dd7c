// The webhooks of the organization: who is notified of what, and the results.

import { ask } from "../../core/api.js";
import { WEBHOOKS } from "../../core/api-paths.js";
import { number, time, UNKNOWN } from "../../core/format.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, enabled, stamp } from "../../parts/badges.js";
import { Bulk, changeEach, isWhole } from "../../parts/bulk.js";
import { ChosenTable, Columns } from "../../parts/columns.js";
import { copyable } from "../../parts/copy.js";
import { confirmed, openDialog } from "../../parts/dialog.js";
import { choice, search } from "../../parts/filters.js";
import { icon } from "../../parts/icon.js";
import { Listing } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { removeLater } from "../../parts/remove-later.js";
import { retryIfChanged } from "../../parts/retry-if-changed.js";
import { named, openDetails } from "../../parts/row-details.js";
import { Selection } from "../../parts/table.js";
import { countOf, setEnabled, setManyEnabled } from "../../parts/toggle.js";
import { timeline } from "../history/history.js";
import { rotateSecret } from "../keys/secret.js";
import { deliveries } from "./deliveries.js";
import { addWebhook, editWebhook, FORMATS } from "./form.js";

const RENEWED_MS = 5_000;

export async function show({ query, signal }) {
  const selection = new Selection();
  const chooser = new Columns("webhooks", columns(() => list.load(), signal));
  const rowsOf = (rows) => {
    selection.renew(rows);
    return html`<${ChosenTable} chooser=${chooser} rows=${rows} caption="Webhooks" selection=${selection} sorted=${list.sort} onsort=${(sort) => list.sortBy(sort)} />`;
  };
  const list = new Listing({
    path: WEBHOOKS, query, signal, tools: chooser.view, csv: "webhooks.csv", about: ["webhook."], every: RENEWED_MS,
    filters: [search("q", "Search"), choice("enabled", "State", [["true", "Enabled"], ["false", "Disabled"]])],
    draw: rowsOf,
    empty: (isFiltered) => isFiltered ? nothing("No webhook matches.") : nothing("There is no webhook yet. Add one for each program or channel that should be notified of events.", adder(list)),
    above: html`<${Bulk} name="Selected webhooks" selection=${selection} get=${() => list} kept=${handle} acts=${bulkActs} />`,
  });
  await list.load();
  return page("Webhooks", { lead: "Programs and channels that are notified of events.", actions: adder(list) }, list.view);
}

const adder = (list) => html`<${Action} needs="admin" run=${() => addWebhook(() => list.restart())}>${icon("plus")}Add a webhook<//>`;

// What is needed of each of very many.
const handle = ({ id, revision, name }) => ({ id, revision, name });

const pathOf = ({ id }) => `${WEBHOOKS}/${id}`;

function bulkActs({ run }) {
  const toggle = (isEnabled) => run((webhooks, { tell, done }) => setManyEnabled(webhooks, isEnabled, { what: "webhook", pathOf, tell, done }));
  return html`<${Action} needs="admin" tone="plain" run=${toggle(true)}>Enable<//>
    <${Action} needs="admin" tone="plain" run=${toggle(false)}>Disable<//>
    <${Action} needs="admin" tone="plain danger" run=${run((webhooks, { done }) => removeMany(webhooks, done))}>Remove<//>`;
}

function columns(again, signal) {
  const all = [
    { head: "Webhook", isFixed: true, sort: "name", cell: (webhook) => [named(webhook.name, () => open(webhook)), html`<small><code>${webhook.host}</code></small>`] },
    { head: "Topics", isWhole: true, cell: (webhook) => webhook.topics.join(", ") },
    { head: "Format", cell: (webhook) => FORMATS.find(([name]) => name === webhook.format)?.[1] ?? webhook.format },
    { head: "Failing", cell: (webhook) => stamp(webhook.failingSince) },
    { head: "Next attempt", cell: (webhook) => stamp(webhook.nextAttemptAt) },
    { head: "Switched off", isExtra: true, cell: (webhook) => webhook.switchedOffBecause ?? UNKNOWN },
    { head: "Secret", isExtra: true, cell: (webhook) => html`<code>${webhook.secretHint}</code>` },
    { head: "Old secret until", isExtra: true, cell: (webhook) => webhook.previousSecretUntil ? time(webhook.previousSecretUntil) : UNKNOWN },
    { head: "Added", isExtra: true, sort: "createdAt", cell: (webhook) => stamp(webhook.createdAt) },
    { head: "Changed", isExtra: true, cell: (webhook) => stamp(webhook.updatedAt) },
    { head: "Id", isExtra: true, isWhole: true, cell: (webhook) => copyable(webhook.id, `the id of ${webhook.name}`) },
    { head: "State", cell: state },
    { head: "Change", isFixed: true, isUnseen: true, cell: (webhook) => html`<${Action} needs="admin" tone="plain" label="Edit ${webhook.name}" run=${() => editWebhook(webhook, again)}>Edit<//>` },
  ];
  const open = (webhook) => openDetails(webhook, { what: "Webhook", name: webhook.name, badges: state(webhook), columns: all.filter((column) => column.head !== "State"), acts: acts(webhook, again, signal) });
  return all;
}

function state(webhook) {
  if (webhook.switchedOffBecause) return badge("Switched off", "bad");
  return webhook.isEnabled && webhook.failingSince ? badge("Failing", "warn") : enabled(webhook.isEnabled);
}

function acts(webhook, again, signal) {
  const { name } = webhook;
  const path = pathOf(webhook);
  const word = webhook.isEnabled ? "Disable" : "Enable";
  return [
    { text: "Deliveries", label: `Deliveries of ${name}`, needs: "viewer", run: async () => openDialog(`Deliveries of ${name}`, await deliveries(path, signal), { wide: true }) },
    { text: "Test", label: `Test ${name}`, needs: "admin", run: () => test(webhook) },
    { text: "Edit", label: `Edit ${name}`, needs: "admin", run: () => editWebhook(webhook, again) },
    { text: "Rotate", label: `Rotate the secret of ${name}`, needs: "admin", run: () => rotateSecret(path, webhook, again) },
    { text: word, label: `${word} ${name}`, needs: "admin", run: () => setEnabled(webhook, path, !webhook.isEnabled, again) },
    { text: "History", label: `History of ${name}`, needs: "viewer", run: async () => openDialog(`History of ${name}`, await timeline(path, signal), { wide: true }) },
    { text: "Remove", label: `Remove ${name}`, needs: "admin", tone: "danger", run: () => remove(webhook, path) },
  ];
}

async function test(webhook) {
  const { document } = await ask("POST", `${WEBHOOKS}/${webhook.id}/test`);
  const status = document.responseStatus ? ` It answered with status ${document.responseStatus}.` : "";
  openDialog(`Test of ${webhook.name}`, html`<p class="notice ${document.delivered ? "good" : "bad"}" role="status">${document.delivered ? `The receiver took the message.${status}` : document.failure}</p>`);
}

function remove(webhook, path) {
  removeLater([webhook.id], {
    text: `${webhook.name} is removed in a few seconds, with its address, its secret and its deliveries.`, removed: `${webhook.name} was removed.`,
    run: () => retryIfChanged(webhook, { path, action: "Remove", act: (revision) => ask("DELETE", path, { revision }) }),
  });
}

async function removeMany(webhooks, done) {
  const warning = html`<p>Their addresses, their secrets and their deliveries are removed with them.</p>`;
  if (webhooks.length > 1 && !(await confirmed(`Remove ${number(webhooks.length)} webhooks?`, warning, { action: "Remove them", run: () => true }))) return;
  removeLater(webhooks.map((webhook) => webhook.id), {
    text: `${countOf(webhooks, "webhook")} removed in a few seconds, with all that is known of them.`,
    removed: `${number(webhooks.length)} webhook${webhooks.length === 1 ? " was" : "s were"} removed.`,
    run: async (atOnce) => isWhole(await changeEach(webhooks, async (webhook) => {
      await ask("DELETE", pathOf(webhook), { revision: webhook.revision });
      return {};
    }, () => {}, { atOnce }), { what: "Webhook", done: "removed" }),
  });
  done();
}
