// The figures of a chart: the largest groups over time, and all the others as one.

import { get } from "../../core/api.js";
import { USAGE } from "../../core/api-paths.js";
import { date } from "../../core/format.js";

const APART = 5;
const STEPS = { day: 86_400, hour: 3600 };

const figure = {
  cost: (group) => Number(group.costUsd),
  tokens: (group) => group.inputTokens + group.outputTokens,
  requests: (group) => group.requests,
};

// `by` is a dimension (see dimensions.js), null for the sum alone; `groups` is the report by it, and `all` that over time.
export async function seriesOf({ all, groups, by, unit, measure, wanted, names, signal }) {
  const value = figure[measure];
  const points = between(all.from, all.to, unit);
  const sums = along(points, all.data, unit, value);
  if (by === null) return { points, series: [{ name: "All", values: sums }] };
  const largest = groups.data.toSorted((one, other) => value(other) - value(one)).filter((group) => by.only(group) !== null).slice(0, APART);
  const series = await Promise.all(largest.map(async (group) => ({
    name: names(group), values: along(points, (await get(USAGE, { ...wanted, ...by.only(group), groupBy: unit }, signal)).data, unit, value),
  })));
  const others = sums.map((sum, index) => Math.max(0, sum - series.reduce((part, { values }) => part + values[index], 0)));
  return { points, series: groups.data.length > largest.length ? [...series, { name: "All others", values: others }] : series };
}

// Both days included, in seconds.
export const everyDay = (first, last) => between(first, last, "day");

export const dayOf = (point) => date(point * 1000);

export const hourOf = (point) => `${date(point * 1000)}, ${new Date(point * 1000).toISOString().slice(11, 16)} UTC`;

function between(first, last, unit) {
  const start = Date.parse(first) / 1000;
  const count = Math.round((Date.parse(last) / 1000 + STEPS.day - start) / STEPS[unit]);
  return Array.from({ length: count }, (_, index) => start + index * STEPS[unit]);
}

function along(points, groups, unit, value) {
  const found = new Map(groups.map((group) => [Date.parse(group[unit]) / 1000, value(group)]));
  return points.map((point) => found.get(point) ?? 0);
}
