// Messages about what happened, shown beside the page and read out by screen readers.

import { html, render, Store, useStore } from "./view.js";

const SECONDS = 8;

/** @typedef {{ key: number, text: string, tone: string, undo: (() => any) | null, closed: () => any, remove: () => void, change: (text: string) => void }} Message */

const shown = new Store();
let count = 0;
/** @type {{ polite: Message[], assertive: Message[] }} */
const lists = { polite: [], assertive: [] };

export function prepare() {
  render(html`<${Messages} />`, document.getElementById("messages"));
}

// `undo` takes back what was done; `closed` is called when a person closes the message. Returns the message.
/** @param {string} text @param {{ undo?: (() => any) | null, closed?: () => any, stays?: boolean }} [options] */
export function say(text, { undo = null, closed, stays = false } = {}) {
  const message = show("polite", text, "good", { undo, closed });
  if (!stays) setTimeout(message.remove, SECONDS * 1000);
  return message;
}

// Stays until it is closed: what went wrong must not vanish before it was read.
export function warn(error) {
  const { detail, requestId, hint } = error.document ?? {};
  show("assertive", [detail ?? error.message, hint, requestId ? `Request ${requestId}` : null].filter(Boolean).join(" · "), "bad");
}

/** @param {"polite" | "assertive"} list @param {string} text @param {string} tone @param {{ undo?: (() => any) | null, closed?: () => any }} [options] @returns {Message} */
function show(list, text, tone, { undo = null, closed = () => {} } = {}) {
  count += 1;
  const message = {
    key: count, text, tone, undo, closed,
    remove: () => put(list, lists[list].filter((each) => each !== message)),
    change: (now) => {
      message.text = now;
      shown.changed();
    },
  };
  put(list, [...lists[list], message]);
  return message;
}

function put(list, messages) {
  lists[list] = messages;
  shown.changed();
}

export function forget() {
  put("polite", []);
  put("assertive", []);
}

function Messages() {
  useStore(shown);
  return html`<div role="status" aria-live="polite">${lists.polite.map(drawn)}</div>
    <div role="alert" aria-live="assertive">${lists.assertive.map(drawn)}</div>`;
}

function drawn(message) {
  const leave = (then) => {
    message.remove();
    return then();
  };
  return html`<div key=${message.key} class="message ${message.tone}">
    <p>${message.text}</p>
    ${message.undo ? html`<button type="button" class="plain undo" onclick=${() => Promise.resolve(leave(message.undo)).catch(warn)}>Undo</button>` : null}
    <button type="button" class="plain close" aria-label="Close the message" onclick=${() => leave(message.closed)}>×</button>
  </div>`;
}
