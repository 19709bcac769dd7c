// What the models were used for: cost and tokens by day and model.

import { get, isAbort } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { milliseconds, money, number, words } from "../../core/format.js";
import { href, remember } from "../../core/router.js";
import { bars } from "../../parts/chart.js";
import { failure } from "../../parts/failure.js";
import { field } from "../../parts/form.js";
import { card, nothing, page } from "../../parts/page.js";
import { table } from "../../parts/table.js";
import { seriesOf } from "./series.js";

const USAGE = "/api/ai/usage";
const MEASURES = { cost: ["Cost", "costUsd", money], tokens: ["Tokens", null, number], requests: ["Calls", "requests", number] };
const DAY_MS = 86_400_000;

const day = (moment) => new Date(moment).toISOString().slice(0, 10);

export async function show({ query, signal }) {
  const from = field({ name: "from", label: "From", type: "date", value: query.from ?? day(Date.now() - 29 * DAY_MS) });
  const to = field({ name: "to", label: "To", type: "date", value: query.to ?? day(Date.now()) });
  const measure = field({ name: "measure", label: "Show", type: "choice", value: query.measure ?? "cost", choices: Object.entries(MEASURES).map(([key, [text]]) => [key, text]) });
  const place = element("div", { class: "stack" });
  const draw = async () => {
    const wanted = { from: from.read(), to: to.read() };
    remember({ ...wanted, measure: measure.read() });
    place.setAttribute("aria-busy", "true");
    try {
      replace(place, await drawn(wanted, measure.read(), signal));
    } catch (error) {
      if (!isAbort(error)) replace(place, failure(error, draw));
    }
    place.removeAttribute("aria-busy");
  };
  const bar = element("form", { class: "filters", onsubmit: (event) => event.preventDefault(), onchange: draw }, [from, to, measure].map((each) => each.element));
  await draw();
  return page("Usage", { lead: "Calls, tokens and cost. Days are in UTC; prices are those of the moment of each call." }, bar, place);
}

async function drawn(wanted, measure, signal) {
  const [days, models] = await Promise.all([get(USAGE, { ...wanted, groupBy: "day" }, signal), get(USAGE, { ...wanted, groupBy: "model" }, signal)]);
  if (days.totals.requests === 0) return nothing("No model was called in this time.", element("a", { class: "button", href: href("/try") }, "Try one"));
  const [text, , show] = MEASURES[measure];
  const { labels, series } = await seriesOf(days, models, measure, wanted, signal);
  return [totals(days.totals), card(`${text} by day and model`, bars(labels, series, { title: `${text} by day and model`, show })), byModel(models)];
}

function totals(sum) {
  const tile = (name, value, note) => element("li", { class: "card tile" }, element("span", { class: "quiet" }, name), element("strong", {}, value), note ? element("small", { class: "quiet" }, note) : null);
  const failed = Object.entries(sum.outcomes).filter(([outcome]) => outcome !== "ok").map(([outcome, count]) => `${count} ${words(outcome)}`).join(", ");
  return element("ul", { class: "cards tiles" },
    tile("Cost", money(sum.costUsd), sum.unknownCostRequests ? `and ${number(sum.unknownCostRequests)} calls of unknown cost` : null),
    tile("Calls", number(sum.requests), failed || "all succeeded"),
    tile("Input tokens", number(sum.inputTokens)), tile("Output tokens", number(sum.outputTokens)),
    tile("Average time", milliseconds(sum.averageLatencyMs), `longest ${milliseconds(sum.longestLatencyMs)}`));
}

function byModel({ data, isCut }) {
  return [table([
    { head: "Model", cell: (group) => element("a", { href: href(`/models/${group.modelId}`) }, group.providerModelId) },
    { head: "Calls", numeric: true, cell: (group) => number(group.requests) },
    { head: "Succeeded", numeric: true, cell: (group) => number(group.succeeded) },
    { head: "Input tokens", numeric: true, cell: (group) => number(group.inputTokens) },
    { head: "Output tokens", numeric: true, cell: (group) => number(group.outputTokens) },
    { head: "Average time", numeric: true, cell: (group) => milliseconds(group.averageLatencyMs) },
    { head: "Cost", numeric: true, cell: (group) => [money(group.costUsd), group.unknownCostRequests ? element("small", {}, `${group.unknownCostRequests} unknown`) : null] },
  ], data, { caption: "Usage by model, the most expensive first" }), isCut ? element("p", { class: "quiet" }, "Only the most expensive models are listed. The totals include all models.") : null];
}
