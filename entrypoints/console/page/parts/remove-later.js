// Removes something after a while, so that it can be undone until then; meanwhile no list shows it.

import { isAbort } from "../core/api.js";
import { say, warn } from "../core/messages.js";
import { who } from "../core/session.js";

const WAIT_MS = 6000;
// A browser lets not many more requests outlive their page.
const MOST_AT_ONCE = 200;

const waiting = new Map();
let isClosing = false;

export const isLeaving = (id) => waiting.has(id);

// `run(isClosing)` removes it, all at once when the page is being closed, and `undone()` takes back what was done before; `text` says what is about to happen,
// `removed` what has. Whatever page is open then, the person is not taken from it: lists renew themselves at the event "removed". Nothing is removed in the name of
// somebody else who has signed in meanwhile.
/** @param {string[]} ids @param {{ text: string, removed: string, run: (isClosing: boolean) => Promise<any>, undone?: () => any }} options */
export function removeLater(ids, { text, removed, run, undone = () => {} }) {
  const person = who();
  let ending = null;
  const end = () => {
    clearTimeout(timer);
    shown.remove();
  };
  const remove = async () => {
    end();
    try {
      if (who() === person && await run(isClosing)) say(removed);
    } catch (error) {
      if (!isAbort(error)) warn(error);
    }
    forget(ids);
  };
  const takeBack = async () => {
    end();
    try {
      await undone();
    } finally {
      forget(ids);
    }
  };
  const finish = () => (ending ??= remove());
  const undo = () => (ending ??= takeBack());
  const timer = setTimeout(finish, WAIT_MS);
  const shown = say(text, { undo, closed: finish, stays: true });
  for (const id of ids) waiting.set(id, finish);
  tell();
}

// Whoever leaves does not take back what was requested; ends when all of it is done.
export const removeNow = () => Promise.allSettled([...new Set(waiting.values())].map((finish) => finish()));

window.addEventListener("pagehide", () => {
  isClosing = true;
  removeNow();
});
window.addEventListener("pageshow", () => (isClosing = false));
window.addEventListener("beforeunload", (event) => {
  if (waiting.size > MOST_AT_ONCE) event.preventDefault();
});

function forget(ids) {
  for (const id of ids) waiting.delete(id);
  tell();
}

const tell = () => document.dispatchEvent(new CustomEvent("removed"));
