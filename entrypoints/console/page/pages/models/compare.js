// Several models side by side, with what they would cost in a month.

import { get } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { known, money, number, perMillion, title } from "../../core/format.js";
import { MODELS } from "../../core/api-paths.js";
import { href, remember } from "../../core/router.js";
import { chips, enabled, stage, usability } from "../../old/badges.js";
import { field } from "../../old/form.js";
import { card, nothing, page } from "../../old/page.js";

/** @type {[name: string, show: (model: any) => any][]} */
const ROWS = [
  ["State", (model) => element("span", { class: "badges" }, enabled(model.isEnabled), usability(model), stage(model))],
  ["Type", (model) => title(model.type)],
  ["Capabilities", (model) => chips(model.capabilities)],
  ["Context window", (model) => number(model.contextWindow)],
  ["Max output tokens", (model) => number(model.maxTokens)],
  ["Input price per 1M tokens", (model) => perMillion(model.pricing?.inputPer1kTokens)],
  ["Output price per 1M tokens", (model) => perMillion(model.pricing?.outputPer1kTokens)],
  ["Cached input price per 1M tokens", (model) => perMillion(model.pricing?.cachedInputPer1kTokens)],
  ["Price from", (model) => model.pricing ? `${model.pricing.source}${model.pricing.asOf ? `, ${model.pricing.asOf}` : ""}` : "–"],
];

// They answer in figures, which are not counted as tokens.
const SILENT = new Set(["embedding", "rerank", "moderation"]);

export async function show({ query, signal }) {
  const back = ["/models", "Models"];
  const ids = (query.ids ?? "").split(",").filter(Boolean);
  const found = await Promise.allSettled(ids.map((id) => get(`${MODELS}/${id}`, {}, signal)));
  const models = found.filter((each) => each.status === "fulfilled").map((each) => each.value);
  if (models.length === 0) return page("Compare models", { back }, nothing("Select two models or more in the list, then compare them."));
  const read = field({ name: "read", label: "Input tokens", unit: "a month", type: "number", min: 0, value: query.read ?? 10_000_000 });
  const written = field({ name: "written", label: "Output tokens", unit: "a month", type: "number", min: 0, value: query.written ?? 2_000_000 });
  const costs = models.map(() => element("td", { class: "cost", role: "cell" }));
  const count = () => {
    remember({ ids: ids.join(","), read: read.read(), written: written.read() });
    showCosts(models, costs, read.read() ?? 0, written.read() ?? 0);
  };
  for (const each of [read, written]) each.control.addEventListener("input", count);
  showCosts(models, costs, read.read() ?? 0, written.read() ?? 0);
  return page("Compare models", { back }, element("div", { class: "stack" },
    card("A month's use", element("div", { class: "fields two" }, read.element, written.element), element("p", { class: "hint" }, "At today's prices, for short prompts, without discounts for cached or batched tokens.")),
    comparison(models, costs)));
}

function comparison(models, costs) {
  const heads = models.map((model) => element("th", { scope: "col" }, element("a", { href: href(`/models/${model.id}`) }, model.name), element("br"), element("code", { class: "quiet" }, model.modelId)));
  const lines = ROWS.map(([name, show]) => element("tr", {}, element("th", { scope: "row" }, name), models.map((model) => element("td", {}, show(model)))));
  return element("div", { class: "table comparison", tabindex: "0", role: "group", "aria-label": "Comparison" }, element("table", {},
    element("thead", {}, element("tr", {}, element("td", {}), heads)),
    element("tbody", {}, element("tr", { class: "total" }, element("th", { scope: "row" }, "Cost a month"), costs), lines)));
}

// A model whose price is not known costs nothing that could be said; it never counts as the cheapest.
export function monthlyCost({ pricing, type }, read, written) {
  const parts = [[pricing?.inputPer1kTokens, read], [pricing?.outputPer1kTokens, SILENT.has(type) ? 0 : written]].filter(([, amount]) => amount > 0);
  return parts.every(([price]) => known(price)) ? parts.reduce((sum, [price, amount]) => sum + (price * amount) / 1000, 0) : null;
}

function showCosts(models, places, read, written) {
  const costs = models.map((model) => monthlyCost(model, read, written));
  const least = Math.min(...costs.filter(known));
  places.forEach((place, index) => {
    const cost = costs[index];
    const isLeast = known(cost) && cost === least && costs.filter(known).length > 1;
    replace(place, element("strong", {}, known(cost) ? money(cost) : "price unknown"), isLeast ? element("small", {}, "the least") : known(cost) && least > 0 ? element("small", {}, `${(cost / least).toFixed(1)} times the least`) : null);
  });
}
