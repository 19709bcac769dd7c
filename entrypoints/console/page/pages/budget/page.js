// What the organization may spend, and the budgets of its access keys.

import { get } from "../../core/api.js";
import { KEYS } from "../../core/api-paths.js";
import { budgetText } from "../../core/budgets.js";
import { time } from "../../core/format.js";
import { href } from "../../core/router.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { Listing } from "../../parts/listing.js";
import { card, facts, nothing, page } from "../../parts/page.js";
import { section } from "../../parts/section.js";
import { shareBar } from "../../parts/usage-bar.js";
import { Table } from "../../parts/table.js";
import { changeBudget } from "./form.js";

const BUDGET = "/api/ai/budget";
const RENEWED_MS = 30_000;

export async function show({ query, signal }) {
  const own = section("The organization’s budget", async () => organization(await get(BUDGET, {}, signal), () => own.load()));
  const keys = new Listing({
    path: KEYS, query, signal, sort: "-budgetUsed", filters: [], about: ["access-key."], every: RENEWED_MS, renewed: () => own.load(),
    draw: (rows) => html`<${Table} columns=${COLUMNS} rows=${rows} caption="Budgets of access keys, the most used first" sorted=${keys.sort} onsort=${(sort) => keys.sortBy(sort)} />`,
    empty: () => nothing("There is no access key yet."),
  });
  await Promise.all([own.load(), keys.load()]);
  return page("Budget", { lead: "Prompts that would pass a budget are refused until its next period begins." },
    html`<div class="stack">${own.view}${card("Budgets of access keys", html`<div class="quotas">${keys.view}</div>`)}</div>`);
}

/** @param {any} budget @param {() => Promise<void>} done */
function organization(budget, done) {
  const change = html`<div class="actions"><${Action} needs="admin" tone=${budget.usd === null ? "" : "plain"} run=${() => changeBudget(budget, done)}>${budget.usd === null ? "Set a budget" : "Change the budget"}<//></div>`;
  if (budget.usd === null) return html`<p>The organization has no budget: what its members and keys spend is bounded by the budgets of the keys alone.</p>${change}`;
  return [
    shareBar(budget.spentUsd, budget.usd, { label: "The organization’s budget", text: budgetText(budget) }),
    facts([
      ["Counts", "what all members and access keys spend"],
      ["Resets", budget.resetsAt === null ? "never" : time(budget.resetsAt)],
      ["Changes", html`<a href=${href("/audit", { type: "organization.budget-changed" })}>in the audit log</a>`],
    ]),
    change,
  ];
}

const COLUMNS = [
  { head: "Key", sort: "name", cell: (key) => html`<a href=${href("/keys", { q: key.name })}>${key.name}</a>` },
  { head: "Used", sort: "budgetUsed", cell: (key) => key.budget ? shareBar(key.budget.spentUsd, key.budget.usd, { label: `Budget of ${key.name}`, text: budgetText(key.budget) }) : html`<span class="quiet">no budget of its own</span>` },
  { head: "Resets", cell: (key) => key.budget?.resetsAt ? html`<time datetime=${key.budget.resetsAt}>${time(key.budget.resetsAt)}</time>` : "–" },
];
