// Bars over time, one on the other, drawn by uPlot; the same figures are in words under the pointer, and in a table of the page.

import { onPreference } from "../core/preferences.js";
import { html, useEffect, useRef, useState } from "../core/view.js";

const HEIGHT = 250;
const SERIES = 6;
const DAY = 86_400;
// Between two marks of the time. Days have no hours between them: a single one would begin the day before.
const HOURS = [3600, 3 * 3600, 6 * 3600, 12 * 3600];
const DAYS = [1, 2, 7, 14, 28, 56].map((days) => days * DAY);

// points: moments in seconds; series: [{name, values: [number per point]}]; `show` writes a figure, and `when` a point.
/** @param {{ points: number[], series: { name: string, values: number[] }[], title: string, show: (figure: number) => string, when: (point: number) => string, isWhole?: boolean }} properties */
export function Bars({ points, series, title, show, when, isWhole = false }) {
  const place = useRef(null);
  const [at, setAt] = useState(null);
  useEffect(() => draw(place.current, { points, series, show, isWhole, tell: setAt }), [JSON.stringify([points, series]), show]);
  return html`<figure class="figure">
    <div class="chart" role="img" aria-label=${title} ref=${place} />
    <p class="readout quiet">${at === null || at >= points.length ? "Point at a bar, or touch it, for its figures." : readout(at, { points, series, show, when })}</p>
    ${legend(series)}
  </figure>`;
}

// Returns a function that ends it: uPlot listens to the window until it is told to end.
function draw(place, options) {
  let plot = null;
  let isOver = false;
  const again = async () => {
    // Its code comes after what else there is to see.
    const { default: Plot } = await import("../vendor/uplot/uPlot-1.6.32.iife.min.js");
    if (isOver || place.clientWidth === 0) return;
    plot?.destroy();
    plot = new Plot(settings(Plot, place.clientWidth, options), stacked(options), place);
  };
  const resized = new ResizeObserver(() => plot?.width === place.clientWidth || again());
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const endPreference = onPreference(again);
  resized.observe(place);
  dark.addEventListener("change", again);
  return () => {
    isOver = true;
    endPreference();
    resized.disconnect();
    dark.removeEventListener("change", again);
    plot?.destroy();
  };
}

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
    axes: [{ ...axis, grid: { show: false }, size: step < DAY ? 46 : 30, incrs: step < DAY ? [...HOURS, ...DAYS] : DAYS, values: [[DAY, "{D} {MMM}", null, null, null, null, null, null, 1], [3600, "{HH}:{mm}", "\n{D} {MMM}", null, "\n{D} {MMM}", null, null, null, 1]] },
      { ...axis, size: 76, values: (_, marks) => marks.map(show), ...(isWhole ? { incrs: WHOLE } : {}) }],
    series: [{}, ...series.map((_, index) => ({ fill: ink(style, `--series-${(index % SERIES) + 1}`), stroke: colour("--raised"), width: 0, paths: Plot.paths.bars({ size: [0.72, 60] }), points: { show: false } })).toReversed()],
    hooks: { setCursor: [(plot) => tell(plot.cursor.idx ?? null)] },
  };
}

const WHOLE = [1, 2, 5].flatMap((each) => Array.from({ length: 13 }, (_, power) => each * 10 ** power)).toSorted((one, other) => one - other);

// A canvas does not know of light and dark.
function ink(style, name) {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.color = style.getPropertyValue(name);
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function readout(at, { points, series, show, when }) {
  const parts = series.map(({ name, values }) => [name, values[at]]).filter(([, value]) => value > 0);
  const sum = parts.reduce((total, [, value]) => total + value, 0);
  return html`<strong>${when(points[at])}: ${show(sum)}</strong>${parts.length > 1 ? ` – ${parts.map(([name, value]) => `${name} ${show(value)}`).join(", ")}` : ""}`;
}

function legend(series) {
  if (series.length < 2) return null;
  return html`<figcaption><ul class="legend">${series.map(({ name }, order) => html`<li><span class="swatch series-${(order % SERIES) + 1}" aria-hidden="true" />${name}</li>`)}</ul></figcaption>`;
}
