// The calls of clients: who asked which model, what answered, what it took. Never a word of prompts or answers.

import { callCost, milliseconds, number } from "../../core/format.js";
import { allKeys, allProviders } from "../../core/api-paths.js";
import { href } from "../../core/router.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { clamped, stamp } from "../../parts/badges.js";
import { ChosenTable, Columns } from "../../parts/columns.js";
import { openDialog } from "../../parts/dialog.js";
import { choice, moment, search } from "../../parts/filters.js";
import { Listing } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { saveCsv } from "../../parts/save-file.js";
import { details, outcome, outcomeName } from "./details.js";

const REQUESTS = "/api/ai/requests";
const OUTCOMES = ["ok", "cancelled", "timeout", "rate_limited", "overloaded", "provider_error", "bad_request", "context_length_exceeded", "content_filter", "auth_invalid", "billing_exhausted", "unreachable", "model-not-found", "model-out-of-use", "no-model-fits"];
const RENEWED_MS = 5000;

export async function show({ query, signal }) {
  const [providers, keys] = await Promise.all([allProviders(signal), allKeys(signal)]);
  const named = (all) => all.map(({ id, name }) => [id, name]);
  const chooser = new Columns("requests", columns(new Map(named(providers)), new Map(named(keys))));
  const list = new Listing({
    path: REQUESTS, query, signal, sort: null, isCounted: false, every: RENEWED_MS, tools: chooser.view,
    filters: [search("model", "Model", { narrow: true }), choice("outcome", "Outcome", OUTCOMES.map((each) => [each, outcomeName(each)])),
      choice("provider", "Provider", named(providers)), choice("key", "Access key", named(keys)), search("actor", "By", { narrow: true }), label(), search("q", "Request id", { narrow: true }), moment("from", "From"), moment("to", "Before")],
    draw: (rows) => html`<${ChosenTable} chooser=${chooser} rows=${rows} caption="Requests, the newest first" />`,
    empty: (isFiltered) => nothing(isFiltered ? "No request matches." : "No model was called yet, or the log is turned off.", html`<a class="button" href=${href("/try")}>Try one</a>`),
  });
  await list.load();
  const actions = html`<${Action} needs="viewer" tone="plain" run=${() => saveCsv(REQUESTS, "requests.csv", list.chosen, signal)}>Save as CSV<//>`;
  return page("Requests", { lead: "Each call of a client, without prompts and answers. The newest come first.", actions }, list.view);
}

// Half a label matches nothing yet.
const label = () => search("label", "Label", { narrow: true, placeholder: "name:value", read: (text) => /^[^:,]+:[^,]+$/.test(text) ? text : "" });

function columns(providers, keys) {
  return [
    { head: "Ended", cell: (row) => stamp(row.endedAt) },
    { head: "Model", isFixed: true, cell: (row) => model(row) },
    { head: "Provider", isExtra: true, cell: (row) => row.providerId === null ? "–" : providers.get(row.providerId) ?? row.providerType },
    { head: "Labels", isExtra: true, cell: (row) => Object.entries(row.labels).map(([name, value]) => `${name}: ${value}`).join(", ") || "–" },
    { head: "Through", isExtra: true, cell: (row) => html`<code>${row.door}</code>` },
    { head: "Outcome", cell: (row) => [outcome(row.outcome), row.attemptCount > 1 ? html`<small>${row.attemptCount} attempts</small>` : null] },
    { head: "By", cell: (row) => row.accessKeyId === null ? html`<code>${row.actor}</code>` : clamped(keys.get(row.accessKeyId) ?? row.accessKeyId.slice(0, 8)) },
    { head: "Input tokens", numeric: true, cell: (row) => number(row.usage.inputTokens) },
    { head: "Output tokens", numeric: true, cell: (row) => number(row.usage.outputTokens) },
    { head: "Cost", numeric: true, cell: (row) => callCost(row.costUsd) },
    { head: "Time", numeric: true, cell: (row) => milliseconds(row.durationMs) },
    { head: "First words", isExtra: true, numeric: true, cell: (row) => milliseconds(row.firstByteMs) },
    { head: "Details", isFixed: true, isUnseen: true, cell: (row) => html`<button type="button" class="plain" aria-label="Details of request ${row.requestId}" onclick=${() => openDialog("Request", details(row, providers), { wide: true })}>Details</button>` },
  ];
}

function model(row) {
  const asked = row.modelAsked === null ? null : html`<small>requested: ${row.modelAsked}</small>`;
  if (row.modelId === null) return ["none", asked];
  return [html`<a href=${href(`/models/${row.modelId}`)}>${row.providerModelId}</a>`, row.modelAsked === row.providerModelId || row.modelAsked === row.modelId ? null : asked];
}
