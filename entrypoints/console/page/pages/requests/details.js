// All that is known of one request.

import { element } from "../../core/elements.js";
import { milliseconds, money, number, words } from "../../core/format.js";
import { href } from "../../core/router.js";
import { copyable } from "../../old/copy.js";
import { badge, stamp } from "../../old/badges.js";
import { facts } from "../../old/page.js";
import { table } from "../../old/table.js";

const KINDS = [
  ["Input tokens", "inputTokens"], ["read from the cache", "cachedInputTokens"], ["written to the cache", "cacheWriteTokens"], ["audio in", "audioInputTokens"],
  ["Output tokens", "outputTokens"], ["of these, reasoning", "reasoningTokens"], ["audio out", "audioOutputTokens"],
];
const USUAL = new Set(["inputTokens", "outputTokens"]);

export function details(row) {
  return element("div", { class: "stack" }, facts([
    ["Request id", copyable(row.requestId, "the request id"), "whole"],
    row.upstreamRequestId === null ? null : ["Provider's request id", copyable(row.upstreamRequestId, "the provider’s request id"), "whole"],
    ["Ended", stamp(row.endedAt)],
    ["By", element("code", {}, row.actor)],
    ...Object.entries(row.labels).map(([name, value]) => [`Label ${name}`, value]),
    ["Through", [element("code", {}, row.door), row.isStreamed ? " as a stream" : ""]],
    ["Model asked for", row.modelAsked ?? "by need"],
    row.providerId === null ? null : ["Provider", element("a", { href: href(`/providers/${row.providerId}`) }, row.providerType)],
    ["Outcome", badge(words(row.outcome), row.outcome === "ok" ? "good" : "bad")],
    ...KINDS.filter(([, kind]) => USUAL.has(kind) || row.usage[kind]).map(([name, kind]) => [name, number(row.usage[kind])]),
    ["Cost", row.costUsd === null ? `not known: ${words(row.costUnknownReason ?? "no reason given")}` : money(row.costUsd)],
    row.firstByteMs === null ? null : ["First words after", milliseconds(row.firstByteMs)],
    ["Time", milliseconds(row.durationMs)],
    row.ignoredFields.length === 0 ? null : ["Ignored fields", row.ignoredFields.join(", ")],
  ]), row.attempts.length === 0 ? element("p", { class: "quiet" }, "No model was called.") : attempts(row.attempts));
}

function attempts(made) {
  return table([
    { head: "Model", cell: (call) => element("a", { href: href(`/models/${call.modelId}`) }, call.providerModelId) },
    { head: "Outcome", cell: (call) => badge(words(call.outcome), call.outcome === "ok" ? "good" : "bad") },
    { head: "Status", numeric: true, cell: (call) => number(call.upstreamStatus) },
    { head: "Cost", numeric: true, cell: (call) => money(call.costUsd) },
    { head: "Time", numeric: true, cell: (call) => milliseconds(call.latencyMs) },
  ], made.map((call, index) => ({ ...call, id: index })), { caption: "Attempts" });
}
