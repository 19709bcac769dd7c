// The figures of a chart: the busiest models by day, and all the others as one.

import { get } from "../../core/api.js";

const APART = 5;
const DAY_MS = 86_400_000;

const figure = {
  cost: (group) => Number(group.costUsd),
  tokens: (group) => group.inputTokens + group.outputTokens,
  requests: (group) => group.requests,
};

export async function seriesOf(days, models, measure, wanted, signal) {
  const value = figure[measure];
  const labels = everyDay(days.from, days.to);
  const largest = models.data.toSorted((one, other) => value(other) - value(one)).slice(0, APART);
  const series = await Promise.all(largest.map(async (model) => ({
    name: model.providerModelId,
    values: along(labels, (await get("/api/ai/usage", { ...wanted, groupBy: "day", modelId: model.modelId }, signal)).data, value),
  })));
  const all = along(labels, days.data, value);
  const others = all.map((sum, index) => Math.max(0, sum - series.reduce((part, { values }) => part + values[index], 0)));
  return { labels, series: models.data.length > APART ? [...series, { name: "All others", values: others }] : series };
}

function everyDay(first, last) {
  const count = Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1;
  return Array.from({ length: count }, (_, index) => new Date(Date.parse(first) + index * DAY_MS).toISOString().slice(0, 10));
}

function along(labels, groups, value) {
  const found = new Map(groups.map((group) => [group.day, value(group)]));
  return labels.map((label) => found.get(label) ?? 0);
}
