// Bars over time, one on the other, drawn by uPlot; the same figures are in words under the pointer, and in a table of the page.

import { element, replace } from "../core/elements.js";
import { onPreference } from "../core/preferences.js";

const HEIGHT = 250;
const SERIES = 6;
const DAY = 86_400;

// points: moments in seconds; series: [{name, values: [number per point]}]; `show` writes a figure, and `when` a point.
/** @param {number[]} points @param {{ name: string, values: number[] }[]} series @param {{ title: string, show: (figure: number) => string, when: (point: number) => string, isWhole?: boolean }} options */
export function bars(points, series, { title, show, when, isWhole = false }) {
  const place = element("div", { class: "chart", role: "img", "aria-label": title });
  const words = element("p", { class: "readout quiet" });
  const tell = (at) => replace(words, at === null ? "Point at a bar for its figures." : readout(at, { points, series, show, when }));
  tell(null);
  draw(place, { points, series, show, isWhole, tell });
  return element("figure", { class: "figure" }, place, words, legend(series));
}

// Its code comes after what else there is to see.
async function draw(place, options) {
  const { default: Plot } = await import("../vendor/uplot/uPlot-1.6.32.iife.min.js");
  let plot = null;
  const again = () => {
    if (!place.isConnected || place.clientWidth === 0) return;
    plot?.destroy();
    plot = new Plot(settings(Plot, place.clientWidth, options), stacked(options), place);
  };
  forget();
  shown.set(place, { again, end: () => plot?.destroy() });
  new ResizeObserver(() => plot?.width === place.clientWidth || again()).observe(place);
}

// Those on the page, which are drawn anew in other colours.
const shown = new Map();
const recolour = () => {
  for (const { again } of shown.values()) again();
};
// uPlot listens to the window until it is told to end.
document.addEventListener("shown", forget);

function forget() {
  for (const [place, { end }] of shown) {
    if (place.isConnected) continue;
    end();
    shown.delete(place);
  }
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
onPreference(recolour);

// What stands on others reaches from the ground: the highest is drawn first, and the others over it.
function stacked({ points, series }) {
  const sums = points.map(() => 0);
  const tops = series.map(({ values }) => values.map((value, index) => (sums[index] += value)));
  return [points, ...tops.toReversed()];
}

function settings(Plot, width, { points, series, show, isWhole, tell }) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name);
  const step = points.length > 1 ? points[1] - points[0] : DAY;
  const axis = { stroke: ink(style, "--quiet"), font: `11px ${style.fontFamily}`, grid: { stroke: ink(style, "--line"), width: 1 }, ticks: { show: false } };
  return {
    width, height: HEIGHT, tzDate: (moment) => Plot.tzDate(new Date(moment * 1000), "Etc/UTC"),
    legend: { show: false },
    cursor: { x: true, y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: { x: { range: () => [points[0] - step * 0.6, points.at(-1) + step * 0.6] }, y: { range: (_, __, top) => [0, top > 0 ? top * 1.05 : 1] } },
    axes: [{ ...axis, grid: { show: false }, size: step < DAY ? 46 : 30, incrs: [3600, 3 * 3600, 6 * 3600, 12 * 3600, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 56 * DAY], values: [[DAY, "{MMM} {D}", null, null, null, null, null, null, 1], [3600, "{HH}:{mm}", "\n{MMM} {D}", null, "\n{MMM} {D}", null, null, null, 1]] },
      { ...axis, size: 76, values: (_, marks) => marks.map(show), ...(isWhole ? { incrs: WHOLE } : {}) }],
    series: [{}, ...series.map((_, index) => ({ fill: ink(style, `--series-${(index % SERIES) + 1}`), stroke: colour("--raised"), width: 0, paths: Plot.paths.bars({ size: [0.72, 60] }), points: { show: false } })).toReversed()],
    hooks: { setCursor: [(plot) => tell(plot.cursor.idx ?? null)] },
  };
}

const WHOLE = [1, 2, 5].flatMap((each) => Array.from({ length: 13 }, (_, power) => each * 10 ** power)).toSorted((one, other) => one - other);

// A canvas does not know of light and dark.
function ink(style, name) {
  const probe = element("span", { hidden: true });
  probe.style.color = style.getPropertyValue(name);
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function readout(at, { points, series, show, when }) {
  const parts = series.map(({ name, values }) => [name, values[at]]).filter(([, value]) => value > 0);
  const sum = parts.reduce((total, [, value]) => total + value, 0);
  return [element("strong", {}, `${when(points[at])}: ${show(sum)}`), parts.length > 1 ? ` – ${parts.map(([name, value]) => `${name} ${show(value)}`).join(", ")}` : ""];
}

function legend(series) {
  if (series.length < 2) return null;
  return element("figcaption", {}, element("ul", { class: "legend" }, series.map(({ name }, order) => element("li", {}, element("span", { class: `swatch series-${(order % SERIES) + 1}`, "aria-hidden": "true" }), name))));
}
