// The figures of usage in words: the sum, and each group.

import { element } from "../../core/elements.js";
import { milliseconds, money, number, words } from "../../core/format.js";
import { table } from "../../old/table.js";

export function totals(sum) {
  const tile = (name, value, note) => element("li", { class: "card tile" }, element("span", { class: "quiet" }, name), element("strong", {}, value), note ? element("small", { class: "quiet" }, note) : null);
  const failed = Object.entries(sum.outcomes).filter(([outcome]) => outcome !== "ok").map(([outcome, count]) => `${number(count)} ${words(outcome)}`).join(", ");
  return element("ul", { class: "cards tiles" },
    tile("Cost", money(sum.costUsd), sum.unknownCostRequests ? `and ${number(sum.unknownCostRequests)} calls of unknown cost` : null),
    tile("Calls", number(sum.requests), failed || "all succeeded"),
    tile("Input tokens", number(sum.inputTokens)), tile("Output tokens", number(sum.outputTokens)),
    tile("Average time", milliseconds(sum.averageLatencyMs), `longest ${milliseconds(sum.longestLatencyMs)}`));
}

export function groupTable({ data, isCut }, { head, names, cell, narrow }) {
  return [table([
    { head, cell: (group) => cell ? cell(group, names(group)) : names(group) },
    { head: "Calls", numeric: true, cell: (group) => number(group.requests) },
    { head: "Succeeded", numeric: true, cell: (group) => number(group.succeeded) },
    { head: "Input tokens", numeric: true, cell: (group) => number(group.inputTokens) },
    { head: "Output tokens", numeric: true, cell: (group) => number(group.outputTokens) },
    { head: "Average time", numeric: true, cell: (group) => milliseconds(group.averageLatencyMs) },
    { head: "Cost", numeric: true, cell: (group) => [money(group.costUsd), group.unknownCostRequests ? element("small", {}, `${number(group.unknownCostRequests)} unknown`) : null] },
    { head: "Alone", isUnseen: true, cell: (group) => narrow(group) ? element("a", { href: narrow(group), "aria-label": `Usage of ${names(group)} alone` }, "Only this") : null },
  ], data.map((group, index) => ({ ...group, id: index })), { caption: `Usage by ${head.toLowerCase()}, the most expensive first` }), isCut ? element("p", { class: "quiet" }, "Only the most expensive are listed. The totals include all.") : null];
}
