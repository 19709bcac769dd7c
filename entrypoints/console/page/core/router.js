// Which page is shown: `#/models/<id>?tab=history`. The fragment never leaves the browser.

import { failure } from "../parts/failure.js";
import { home } from "./session.js";
import { html, render } from "./view.js";

const routes = [];
let leaving = new AbortController();
let shown = null;
let shownAt = null;
let isBack = false;
let returnsTo = 0;
let visit = 0;
const visits = new Map();
const latest = new Map();

// `show({params, query, signal})` gives what the page shows; the signal is aborted when the page is left.
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

// Keeps filters in the address without showing the page again; `held` is for whoever comes back to it.
export function remember(query, held = {}) {
  history.replaceState({ isKnown: true, held }, "", href(place().path, query));
  visits.set(location.hash, { held, top: window.scrollY });
  if (shownAt !== null) shownAt = location.hash;
  latest.set(place().path, location.hash);
}

// What was kept with this address, before a reload or on an earlier visit.
export const remembered = () => history.state?.held ?? visits.get(location.hash)?.held ?? {};

// Where a list was left: with its filters and its page.
export const lastPlace = (path) => latest.get(path) ?? href(path);

// Whether the page that is about to be shown is one that somebody comes back to, further down.
export const isReturning = () => returnsTo > 0;

// For a link that leads back.
export const comeBack = () => (isBack = true);

// Without `focus` it is the same page again, and whoever uses it is not disturbed; nothing of it stays if it is shown `again`.
export async function refresh({ focus = true, anew = focus } = {}) {
  const { path, query } = place();
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const isKnown = isBack || history.state?.isKnown;
  isBack = false;
  if (focus && shownAt !== null) visits.set(shownAt, { ...visits.get(shownAt), top: window.scrollY });
  // What is shown again stays where it is.
  returnsTo = !anew ? window.scrollY : isKnown ? visits.get(location.hash)?.top ?? 0 : 0;
  const main = document.getElementById("main");
  const found = routes.map((route) => ({ route, match: route.expression.exec(path) })).find(({ match }) => match);
  const params = found && paramsOf(found);
  if (!params) return go(home());
  if (anew) main.setAttribute("aria-busy", "true");
  const page = await found.route.load({ params, query, signal }).catch((error) => failed(error, signal));
  if (signal.aborted) return undefined;
  main.removeAttribute("aria-busy");
  if (anew) visit += 1;
  draw(main, page);
  history.replaceState({ held: remembered(), isKnown: true }, "");
  latest.set(path, location.hash);
  shownAt = location.hash;
  document.dispatchEvent(new CustomEvent("shown", { detail: path }));
  const heading = main.querySelector("h1");
  if (heading) document.title = `${heading.textContent} – Modelbook`;
  if (heading && shown !== null && (focus || document.activeElement === document.body)) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    if (focus) window.scrollTo({ top: returnsTo, behavior: "instant" });
  }
  shown = path;
  return undefined;
}

// With another key all of it is recreated.
const Visit = ({ children }) => children;

const draw = (main, page) => render(html`<${Visit} key=${`${visit} ${place().path}`}>${page}<//>`, main);

// Null for an address that nobody's page has: its percent signs encode nothing.
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
  return html`<div class="heading"><h1>This page cannot be shown</h1></div>${failure(error, () => refresh())}`;
}

// For what is shown to whoever is not signed in.
export function showAlone(content) {
  visit += 1;
  draw(document.getElementById("main"), content);
}

export function leave() {
  leaving.abort();
  shown = null;
  shownAt = null;
  visits.clear();
  latest.clear();
}
