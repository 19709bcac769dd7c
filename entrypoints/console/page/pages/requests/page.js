// The calls of clients: who asked which model, what answered, what it took. Never a word of prompts or answers.

import { element } from "../../core/elements.js";
import { milliseconds, money, number, time, words } from "../../core/format.js";
import { href } from "../../core/router.js";
import { action } from "../../parts/action.js";
import { badge } from "../../parts/badges.js";
import { openDialog } from "../../parts/dialog.js";
import { choice, moment, search } from "../../parts/filters.js";
import { Listing } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { saveCsv } from "../../parts/save-file.js";
import { table } from "../../parts/table.js";
import { details } from "./details.js";

const REQUESTS = "/api/ai/requests";
const OUTCOMES = ["ok", "cancelled", "timeout", "rate_limited", "overloaded", "provider_error", "bad_request", "context_length_exceeded", "content_filter", "auth_invalid", "billing_exhausted", "unreachable", "model-not-found", "model-out-of-use", "no-model-fits"];
const RENEWED_MS = 5000;

export async function show({ query, signal }) {
  const list = new Listing({
    path: REQUESTS, query, signal, sort: null, isCounted: false, every: RENEWED_MS,
    filters: [search("model", "Model", { narrow: true }), choice("outcome", "Outcome", OUTCOMES.map((outcome) => [outcome, words(outcome)])), search("actor", "By", { narrow: true }), search("q", "Request id"), moment("from", "From"), moment("to", "Before")],
    draw: (rows) => table(columns(), rows, { caption: "Requests, the newest first" }),
    empty: (isFiltered) => nothing(isFiltered ? "No request matches." : "No model was called yet, or the log is turned off.", element("a", { class: "button", href: href("/try") }, "Try one")),
  });
  await list.load();
  const actions = [action("Save as CSV", { needs: "viewer", tone: "plain", run: () => saveCsv(REQUESTS, "requests.csv", list.chosen, signal) })];
  return page("Requests", { lead: "Each call of a client, without prompts and answers. The newest come first.", actions }, list.element);
}

function columns() {
  return [
    { head: "Ended", cell: (row) => element("time", { datetime: row.endedAt }, time(row.endedAt)) },
    { head: "Model", cell: (row) => model(row) },
    { head: "Outcome", cell: (row) => [badge(words(row.outcome), row.outcome === "ok" ? "good" : "bad"), row.attemptCount > 1 ? element("small", {}, `${row.attemptCount} attempts`) : null] },
    { head: "By", cell: (row) => element("code", { class: "whole" }, row.actor) },
    { head: "Input tokens", numeric: true, cell: (row) => number(row.usage.inputTokens) },
    { head: "Output tokens", numeric: true, cell: (row) => number(row.usage.outputTokens) },
    { head: "Cost", numeric: true, cell: (row) => money(row.costUsd) },
    { head: "Time", numeric: true, cell: (row) => milliseconds(row.durationMs) },
    { head: "Details", isUnseen: true, cell: (row) => element("button", { type: "button", class: "plain", "aria-label": `Details of request ${row.requestId}`, onclick: () => openDialog("Request", details(row), { wide: true }) }, "Details") },
  ];
}

function model(row) {
  const asked = row.modelAsked === null ? null : element("small", {}, `asked for: ${row.modelAsked}`);
  if (row.modelId === null) return ["none", asked];
  return [element("a", { href: href(`/models/${row.modelId}`) }, row.providerModelId), row.modelAsked === row.providerModelId || row.modelAsked === row.modelId ? null : asked];
}
