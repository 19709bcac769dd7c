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

// `undo` takes back what was done; `closed` is called when a person closes the message. Returns the message.
/** @param {string} text @param {{ undo?: (() => any) | null, closed?: () => any, stays?: boolean }} [options] */
export function say(text, { undo = null, closed, stays = false } = {}) {
  const shown = show(polite, text, "good", { undo, closed });
  if (!stays) setTimeout(() => shown.remove(), SECONDS * 1000);
  return shown;
}

// Stays until it is closed: what went wrong must not vanish before it was read.
export function warn(error) {
  const { detail, requestId, hint } = error.document ?? {};
  show(assertive, [detail ?? error.message, hint, requestId ? `Request ${requestId}` : null].filter(Boolean).join(" · "), "bad");
}

/** @param {any} region @param {string} text @param {string} tone @param {{ undo?: (() => any) | null, closed?: () => any }} [options] */
function show(region, text, tone, { undo = null, closed = () => {} } = {}) {
  const leave = (then) => {
    shown.remove();
    return then();
  };
  const shown = element("div", { class: `message ${tone}` }, element("p", {}, text),
    undo ? element("button", { type: "button", class: "plain undo", onclick: () => Promise.resolve(leave(undo)).catch(warn) }, "Undo") : null,
    element("button", { type: "button", class: "plain close", "aria-label": "Close the message", onclick: () => leave(closed) }, "×"));
  region.append(shown);
  return shown;
}

export function forget() {
  polite?.replaceChildren();
  assertive?.replaceChildren();
}
