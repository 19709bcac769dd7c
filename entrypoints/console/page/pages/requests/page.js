// The calls of clients: who asked which model, what answered, what it took. Never a word of prompts or answers.

import { element } from "../../core/elements.js";
import { milliseconds, money, number, words } from "../../core/format.js";
import { allKeys, allProviders } from "../../core/api-paths.js";
import { href } from "../../core/router.js";
import { action } from "../../old/action.js";
import { badge, stamp } from "../../old/badges.js";
import { Columns } from "../../old/columns.js";
import { openDialog } from "../../old/dialog.js";
import { choice, moment, search } from "../../old/filters.js";
import { Listing } from "../../old/listing.js";
import { nothing, page } from "../../old/page.js";
import { saveCsv } from "../../old/save-file.js";
import { table } from "../../old/table.js";
import { details } from "./details.js";

const REQUESTS = "/api/ai/requests";
const OUTCOMES = ["ok", "cancelled", "timeout", "rate_limited", "overloaded", "provider_error", "bad_request", "context_length_exceeded", "content_filter", "auth_invalid", "billing_exhausted", "unreachable", "model-not-found", "model-out-of-use", "no-model-fits"];
const RENEWED_MS = 5000;

export async function show({ query, signal }) {
  const [providers, keys] = await Promise.all([allProviders(signal), allKeys(signal)]);
  const chooser = new Columns("requests", columns(new Map(providers.map(({ id, name }) => [id, name])), new Map(keys.map(({ id, name }) => [id, name]))), () => list.drawAgain());
  const list = new Listing({
    path: REQUESTS, query, signal, sort: null, isCounted: false, every: RENEWED_MS, tools: [chooser.menu],
    filters: [search("model", "Model", { narrow: true }), choice("outcome", "Outcome", OUTCOMES.map((outcome) => [outcome, words(outcome)])),
      choice("provider", "Provider", providers.map(({ id, name }) => [id, name])), choice("key", "Access key", keys.map(({ id, name }) => [id, name])), search("actor", "By", { narrow: true }), label(), search("q", "Request id", { narrow: true }), moment("from", "From"), moment("to", "Before")],
    draw: (rows) => table(chooser.shown, rows, { caption: "Requests, the newest first" }),
    empty: (isFiltered) => nothing(isFiltered ? "No request matches." : "No model was called yet, or the log is turned off.", element("a", { class: "button", href: href("/try") }, "Try one")),
  });
  await list.load();
  const actions = [action("Save as CSV", { needs: "viewer", tone: "plain", run: () => saveCsv(REQUESTS, "requests.csv", list.chosen, signal) })];
  return page("Requests", { lead: "Each call of a client, without prompts and answers. The newest come first.", actions }, list.element);
}

// Half a label matches nothing yet.
function label() {
  const filter = search("label", "Label", { narrow: true, placeholder: "name:value" });
  return { ...filter, value: () => /^[^:,]+:[^,]+$/.test(filter.value()) ? filter.value() : "" };
}

function columns(providers, keys) {
  return [
    { head: "Ended", cell: (row) => stamp(row.endedAt) },
    { head: "Model", isFixed: true, cell: (row) => model(row) },
    { head: "Provider", isExtra: true, cell: (row) => row.providerId === null ? "–" : providers.get(row.providerId) ?? row.providerType },
    { head: "Labels", isExtra: true, cell: (row) => Object.entries(row.labels).map(([name, value]) => `${name}: ${value}`).join(", ") || "–" },
    { head: "Through", isExtra: true, cell: (row) => element("code", {}, row.door) },
    { head: "Outcome", cell: (row) => [badge(words(row.outcome), row.outcome === "ok" ? "good" : "bad"), row.attemptCount > 1 ? element("small", {}, `${row.attemptCount} attempts`) : null] },
    { head: "By", cell: (row) => row.accessKeyId === null ? element("code", {}, row.actor) : element("span", { title: row.actor }, keys.get(row.accessKeyId) ?? element("code", {}, row.accessKeyId.slice(0, 8))) },
    { head: "Input tokens", numeric: true, cell: (row) => number(row.usage.inputTokens) },
    { head: "Output tokens", numeric: true, cell: (row) => number(row.usage.outputTokens) },
    { head: "Cost", numeric: true, cell: (row) => money(row.costUsd) },
    { head: "Time", numeric: true, cell: (row) => milliseconds(row.durationMs) },
    { head: "First words", isExtra: true, numeric: true, cell: (row) => milliseconds(row.firstByteMs) },
    { head: "Details", isFixed: true, isUnseen: true, cell: (row) => element("button", { type: "button", class: "plain", "aria-label": `Details of request ${row.requestId}`, onclick: () => openDialog("Request", details(row), { wide: true }) }, "Details") },
  ];
}

function model(row) {
  const asked = row.modelAsked === null ? null : element("small", {}, `asked for: ${row.modelAsked}`);
  if (row.modelId === null) return ["none", asked];
  return [element("a", { href: href(`/models/${row.modelId}`) }, row.providerModelId), row.modelAsked === row.providerModelId || row.modelAsked === row.modelId ? null : asked];
}
