// What somebody should look at: providers that do not answer well, models that retire, budgets near their end.

import { budgetText } from "../../core/budgets.js";
import { date } from "../../core/format.js";
import { href } from "../../core/router.js";
import { html } from "../../core/view.js";
import { badge, health, when } from "../../parts/badges.js";
import { isNearEnd, percent, share } from "../../parts/usage-bar.js";

const SOON_DAYS = 90;
const DAY_MS = 86_400_000;

export function attention({ today, budget, unhealthy, degraded, models, keys }) {
  const lines = [
    ...[...unhealthy.data, ...degraded.data].map((provider) => line(health(provider.healthStatus), `/providers/${provider.id}`, provider.name, ["checked ", when(provider.lastHealthCheck)])),
    budget.usd !== null && isNearEnd(budget.spentUsd, budget.usd) ? line(spent(budget), "/budget", "The organization’s budget", budgetText(budget)) : null,
    ...keys.data.filter(({ budget: held }) => held && isNearEnd(held.spentUsd, held.usd)).map((key) => line(spent(key.budget), "/keys", key.name, budgetText(key.budget), { q: key.name })),
    ...models.data.map((model) => retiring(model, today)),
  ].filter(Boolean);
  if (lines.length === 0) return html`<p>${badge("All is well", "good")}<span class="quiet"> Providers answer, no model retires soon, no budget is near its end.</span></p>`;
  return html`<ul class="lines">${lines}</ul>`;
}

function retiring(model, today) {
  if (model.retiresOn === null) return null;
  const days = Math.round((Date.parse(model.retiresOn) - Date.parse(today)) / DAY_MS);
  if (days > SOON_DAYS) return null;
  return line(days > 0 ? badge(`Retires in ${days} ${days === 1 ? "day" : "days"}`, "warn") : badge("Retired", "bad"), `/models/${model.id}`, model.name, `on ${date(model.retiresOn)}`);
}

const spent = ({ spentUsd, usd }) => badge(`${percent(share(spentUsd, usd))} spent`, spentUsd >= usd ? "bad" : "warn");

const line = (mark, path, name, detail, query) => html`<li><div><a href=${href(path, query)}>${name}</a><span class="quiet">${detail}</span></div>${mark}</li>`;
