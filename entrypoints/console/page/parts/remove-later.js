// Removes something after a while, so that it can be undone until then; meanwhile no list shows it.

import { isAbort } from "../core/api.js";
import { say, warn } from "../core/messages.js";

const WAIT_MS = 6000;

const waiting = new Map();

export const isLeaving = (id) => waiting.has(id);

// `run()` removes it, and `undone()` takes back what was done before; `text` says what is about to happen, `removed` what has. Whatever page is open then, the person is
// not taken from it: lists renew themselves at the event "removed".
/** @param {string[]} ids @param {{ text: string, removed: string, run: () => Promise<any>, undone?: () => any }} options */
export function removeLater(ids, { text, removed, run, undone = () => {} }) {
  let isOver = false;
  const end = () => {
    isOver = true;
    clearTimeout(timer);
    shown.remove();
  };
  const finish = async () => {
    if (isOver) return;
    end();
    try {
      if (await run()) say(removed);
    } catch (error) {
      if (!isAbort(error)) warn(error);
    }
    forget(ids);
  };
  const undo = async () => {
    end();
    await undone();
    forget(ids);
  };
  const timer = setTimeout(finish, WAIT_MS);
  const shown = say(text, { undo, closed: finish, stays: true });
  for (const id of ids) waiting.set(id, finish);
  tell();
}

// Whoever leaves does not take back what was requested.
export const removeNow = () => Promise.all([...new Set(waiting.values())].map((finish) => finish()));

window.addEventListener("pagehide", removeNow);

function forget(ids) {
  for (const id of ids) waiting.delete(id);
  tell();
}

const tell = () => document.dispatchEvent(new CustomEvent("removed"));
