// The figures of today and of this month, each a link to its details.

import { money, number, spend } from "../../core/format.js";
import { budgetText } from "../../core/budgets.js";
import { href } from "../../core/router.js";
import { html } from "../../core/view.js";
import { badge } from "../../parts/badges.js";
import { shareBar } from "../../parts/usage-bar.js";

// A call that its client gave up is no error.
const errors = (sum) => sum.requests - sum.succeeded - (sum.outcomes.cancelled ?? 0);

export function tiles({ month, today, budget, providers, unhealthy, degraded, models, keys }) {
  const of = month.totals;
  const day = month.data.find((group) => group.day === today) ?? { costUsd: 0, requests: 0, succeeded: 0, outcomes: {} };
  const ill = unhealthy.pagination.total;
  const weak = degraded.pagination.total;
  const used = budget.usd === null ? null : shareBar(budget.spentUsd, budget.usd, { label: "Budget used", text: budgetText(budget) });
  const problems = [ill ? badge(`${number(ill)} unhealthy`, "bad") : null, weak ? badge(`${number(weak)} degraded`, "warn") : null].filter(Boolean);
  return html`<ul class="cards tiles">
    ${tile("/usage", "Spend this month", money(of.costUsd), `${spend(day.costUsd)} today`, used)}
    ${tile("/usage", "Calls this month", number(of.requests), `${number(day.requests)} today`)}
    ${tile("/requests", "Errors this month", number(errors(of)), `${number(errors(day))} today`)}
    ${tile("/providers", "Providers", number(providers.pagination.total), problems.length ? html`<span class="badges">${problems}</span>` : "none reports a problem")}
    ${tile("/models", "Models enabled", number(models.pagination.total))}
    ${tile("/keys", "Access keys", number(keys.pagination.total))}
  </ul>`;
}

const tile = (path, name, figure, note, more) => html`<li class="card tile whole"><a class="quiet" href=${href(path)}>${name}</a><strong>${figure}</strong>${note ? html`<small class="quiet">${note}</small>` : null}${more}</li>`;
