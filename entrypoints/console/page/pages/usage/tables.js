// The figures of usage in words: the sum, and each group.

import { milliseconds, money, number, words } from "../../core/format.js";
import { html } from "../../core/view.js";
import { Table } from "../../parts/table.js";

export function totals(sum) {
  const failed = Object.entries(sum.outcomes).filter(([outcome]) => outcome !== "ok").map(([outcome, count]) => `${number(count)} ${words(outcome)}`).join(", ");
  return html`<ul class="cards tiles">
    ${tile("Cost", money(sum.costUsd), sum.unknownCostRequests ? `and ${number(sum.unknownCostRequests)} calls of unknown cost` : null)}
    ${tile("Calls", number(sum.requests), failed || "all succeeded")}
    ${tile("Input tokens", number(sum.inputTokens))}
    ${tile("Output tokens", number(sum.outputTokens))}
    ${tile("Average time", milliseconds(sum.averageLatencyMs), `longest ${milliseconds(sum.longestLatencyMs)}`)}
  </ul>`;
}

/** @param {string} name @param {string} value @param {string | null} [note] */
const tile = (name, value, note = null) => html`<li class="card tile"><span class="quiet">${name}</span><strong>${value}</strong>${note ? html`<small class="quiet">${note}</small>` : null}</li>`;

export function groupTable({ data, isCut }, { head, names, cell, narrow }) {
  const columns = [
    { head, cell: (group) => cell ? cell(group, names(group)) : names(group) },
    { head: "Calls", numeric: true, cell: (group) => number(group.requests) },
    { head: "Succeeded", numeric: true, cell: (group) => number(group.succeeded) },
    { head: "Input tokens", numeric: true, cell: (group) => number(group.inputTokens) },
    { head: "Output tokens", numeric: true, cell: (group) => number(group.outputTokens) },
    { head: "Average time", numeric: true, cell: (group) => milliseconds(group.averageLatencyMs) },
    { head: "Cost", numeric: true, cell: (group) => [money(group.costUsd), group.unknownCostRequests ? html`<small>${number(group.unknownCostRequests)} unknown</small>` : null] },
    { head: "Alone", isUnseen: true, cell: (group) => narrow(group) ? html`<a href=${narrow(group)} aria-label="Usage of ${names(group)} alone">Only this</a>` : null },
  ];
  return html`<${Table} columns=${columns} rows=${data.map((group, index) => ({ ...group, id: index }))} caption="Usage by ${head.toLowerCase()}, the most expensive first" />
    ${isCut ? html`<p class="quiet">Only the most expensive are listed. The totals include all.</p>` : null}`;
}
