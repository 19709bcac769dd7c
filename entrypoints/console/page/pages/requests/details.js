// All that is known of one request.

import { milliseconds, money, number, title, words } from "../../core/format.js";
import { href } from "../../core/router.js";
import { html } from "../../core/view.js";
import { copyable } from "../../parts/copy.js";
import { badge, stamp } from "../../parts/badges.js";
import { facts } from "../../parts/page.js";
import { Table } from "../../parts/table.js";

const KINDS = [
  ["Input tokens", "inputTokens"], ["read from the cache", "cachedInputTokens"], ["written to the cache", "cacheWriteTokens"], ["audio in", "audioInputTokens"],
  ["Output tokens", "outputTokens"], ["of these, reasoning", "reasoningTokens"], ["audio out", "audioOutputTokens"],
];
const USUAL = new Set(["inputTokens", "outputTokens"]);

export const outcomeName = (made) => made === "ok" ? "OK" : title(made);

export const outcome = (made) => badge(outcomeName(made), made === "ok" ? "good" : "bad");

export function details(row, providers) {
  return html`<div class="stack">${facts([
    ["Request id", copyable(row.requestId, "the request id"), "whole"],
    row.upstreamRequestId === null ? null : ["Provider's request id", copyable(row.upstreamRequestId, "the provider’s request id"), "whole"],
    ["Ended", stamp(row.endedAt)],
    ["By", html`<code>${row.actor}</code>`],
    ...Object.entries(row.labels).map(([name, value]) => [`Label ${name}`, value]),
    ["Through", html`<code>${row.door}</code>${row.isStreamed ? " as a stream" : ""}`],
    ["Requested model", row.modelAsked === null ? "any that fits" : row.modelAsked === row.modelId ? row.providerModelId ?? row.modelId : row.modelAsked],
    row.providerId === null ? null : ["Provider", html`<a href=${href(`/providers/${row.providerId}`)}>${providers.get(row.providerId) ?? row.providerType}</a>`],
    ["Outcome", outcome(row.outcome)],
    ...KINDS.filter(([, kind]) => USUAL.has(kind) || row.usage[kind]).map(([name, kind]) => [name, number(row.usage[kind])]),
    ["Cost", row.costUsd === null ? `not known: ${words(row.costUnknownReason ?? "no reason given")}` : money(row.costUsd)],
    row.firstByteMs === null ? null : ["First words after", milliseconds(row.firstByteMs)],
    ["Time", milliseconds(row.durationMs)],
    row.ignoredFields.length === 0 ? null : ["Ignored fields", row.ignoredFields.join(", ")],
  ])}${row.attempts.length === 0 ? html`<p class="quiet">No model was called.</p>` : html`<${Table} columns=${ATTEMPTS} rows=${row.attempts.map((call, index) => ({ ...call, id: index }))} caption="Attempts" />`}</div>`;
}

const ATTEMPTS = [
  { head: "Model", cell: (call) => html`<a href=${href(`/models/${call.modelId}`)}>${call.providerModelId}</a>` },
  { head: "Outcome", cell: (call) => outcome(call.outcome) },
  { head: "Status", numeric: true, cell: (call) => number(call.upstreamStatus) },
  { head: "Cost", numeric: true, cell: (call) => money(call.costUsd) },
  { head: "Time", numeric: true, cell: (call) => milliseconds(call.latencyMs) },
];
