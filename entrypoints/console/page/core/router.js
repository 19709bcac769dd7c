// Which page is shown: `#/models/<id>?tab=history`. The fragment never leaves the browser.

import { failure } from "../parts/failure.js";
import { redraw } from "../parts/redraw.js";
import { element, replace } from "./elements.js";
import { home } from "./session.js";

const routes = [];
let leaving = new AbortController();
let shown = null;

// `show({params, query, signal})` gives the page's elements; the signal is aborted when the page is left.
export function addRoute(pattern, load) {
  const names = [...pattern.matchAll(/:(\w+)/g)].map((found) => found[1]);
  routes.push({ expression: new RegExp(`^${pattern.replace(/:\w+/g, "([^/]+)")}$`), names, load });
}

export function place() {
  const [path, query = ""] = location.hash.replace(/^#/, "").split("?");
  return { path: path || "/", query: Object.fromEntries(new URLSearchParams(query)) };
}

export const href = (path, query = {}) => `#${path}${queryOf(query)}`;

function queryOf(query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

export function go(path, query) {
  const target = href(path, query);
  if (location.hash === target) refresh();
  else location.hash = target;
}

// Keeps filters in the address without showing the page anew.
export function remember(query) {
  history.replaceState(null, "", href(place().path, query));
}

// Without `focus` it is the same page again, and whoever uses it is not disturbed.
export async function refresh({ focus = true } = {}) {
  const { path, query } = place();
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const main = document.getElementById("main");
  const found = routes.map((route) => ({ route, match: route.expression.exec(path) })).find(({ match }) => match);
  const params = found && paramsOf(found);
  if (!params) return go(home());
  const page = await found.route.load({ params, query, signal }).catch((error) => failed(error, signal));
  if (signal.aborted) return undefined;
  (focus ? replace : redraw)(main, page);
  document.dispatchEvent(new CustomEvent("shown", { detail: path }));
  const heading = main.querySelector("h1");
  if (heading) document.title = `${heading.textContent} – Modelbook`;
  if (heading && shown !== null && (focus || document.activeElement === document.body)) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    if (focus) window.scrollTo(0, 0);
  }
  shown = path;
  return undefined;
}

// Null for an address that nobody's page has: its percent signs stand for nothing.
function paramsOf({ route, match }) {
  try {
    return Object.fromEntries(route.names.map((name, index) => [name, decodeURIComponent(match[index + 1])]));
  } catch {
    return null;
  }
}

function failed(error, signal) {
  if (signal.aborted) return null;
  // Perhaps not even the page's own code came.
  window.dispatchEvent(new Event("trouble"));
  return [element("h1", {}, "This page cannot be shown"), failure(error, () => refresh())];
}

export function leave() {
  leaving.abort();
  shown = null;
}
