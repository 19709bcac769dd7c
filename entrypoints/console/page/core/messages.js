// Messages about what happened, shown beside the page and read out by screen readers.

import { element } from "./elements.js";

const SECONDS = 8;

let place = null;
let polite = null;
let assertive = null;

export function prepare() {
  place = document.getElementById("messages");
  polite = element("div", { role: "status", "aria-live": "polite" });
  assertive = element("div", { role: "alert", "aria-live": "assertive" });
  place.append(polite, assertive);
}

export function say(text) {
  const shown = show(polite, text, "good");
  setTimeout(() => shown.remove(), SECONDS * 1000);
}

// Stays until it is closed: what went wrong must not vanish before it was read.
export function warn(error) {
  const { detail, requestId, hint } = error.document ?? {};
  show(assertive, [detail ?? error.message, hint, requestId ? `Request ${requestId}` : null].filter(Boolean).join(" · "), "bad");
}

function show(region, text, tone) {
  const shown = element("div", { class: `message ${tone}` }, element("p", {}, text),
    element("button", { type: "button", class: "plain", "aria-label": "Close the message", onclick: () => shown.remove() }, "×"));
  region.append(shown);
  return shown;
}

export function forget() {
  polite?.replaceChildren();
  assertive?.replaceChildren();
}
