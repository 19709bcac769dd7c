// Bars day by day, drawn as SVG; the same figures are in a table for those who cannot see it.

import { drawn, element } from "../core/elements.js";

const WIDTH = 920;
const HEIGHT = 240;
const EDGES = { top: 14, right: 8, bottom: 26, left: 84 };
// As many parts as their figures differ, as people read them.
const PARTS = [4, 2, 1];

// series: [{name, values: [number per label]}]; labels are under the bars, `show` writes a figure.
export function bars(labels, series, { title, show }) {
  const sums = labels.map((_, index) => series.reduce((sum, { values }) => sum + values[index], 0));
  const top = ceiling(Math.max(...sums, 0));
  const inner = { width: WIDTH - EDGES.left - EDGES.right, height: HEIGHT - EDGES.top - EDGES.bottom };
  const y = (value) => EDGES.top + inner.height * (1 - value / top);
  const step = inner.width / labels.length;
  const chart = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title, class: "chart" },
    grid(top, y, show), labels.map((label, index) => column(label, index, { series, sums, step, y, show })), captions(labels, step));
  const scroll = element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title }, chart);
  // Where not all of it fits, the latest days are what people come for.
  new ResizeObserver(() => (scroll.scrollLeft = scroll.scrollWidth)).observe(scroll);
  return element("figure", { class: "figure" }, scroll, legend(series));
}

function grid(top, y, show) {
  const divided = PARTS.map((parts) => Array.from({ length: parts + 1 }, (_, line) => (top * line) / parts));
  const values = divided.find((each) => new Set(each.map(show)).size === each.length) ?? divided.at(-1);
  return values.map((value) => [
    drawn("line", { x1: EDGES.left, x2: WIDTH - EDGES.right, y1: y(value), y2: y(value), class: "rule" }),
    drawn("text", { x: EDGES.left - 8, y: y(value) + 4, "text-anchor": "end" }, show(value)),
  ]);
}

function column(label, index, { series, sums, step, y, show }) {
  let below = 0;
  const x = EDGES.left + index * step + step * 0.15;
  const parts = series.map(({ name, values }, order) => {
    const from = below;
    below += values[index];
    if (values[index] <= 0) return null;
    return drawn("rect", { x, width: step * 0.7, y: y(below), height: Math.max(y(from) - y(below), 0.5), class: `series-${(order % 6) + 1}` }, drawn("title", {}, `${label}, ${name}: ${show(values[index])}`));
  });
  return drawn("g", {}, parts, sums[index] === 0 ? null : drawn("title", {}, `${label}: ${show(sums[index])}`));
}

function captions(labels, step) {
  const every = Math.ceil(labels.length / 10);
  return labels.map((label, index) => index % every === 0
    ? drawn("text", { x: EDGES.left + (index + 0.5) * step, y: HEIGHT - 8, "text-anchor": "middle" }, label.slice(5)) : null);
}

function legend(series) {
  return element("figcaption", {}, element("ul", { class: "legend" }, series.map(({ name }, order) => element("li", {}, element("span", { class: `swatch series-${(order % 6) + 1}`, "aria-hidden": "true" }), name))));
}

// The next round number: 1, 2, 2.5 or 5 and zeros.
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].find((factor) => factor * power >= value * 0.999999) * power;
}
