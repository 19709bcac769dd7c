// Removes something after a while, so that it can be undone until then; meanwhile no list shows it.

import { isAbort } from "../core/api.js";
import { say, warn } from "../core/messages.js";

const WAIT_MS = 6000;

const waiting = new Map();

export const isLeaving = (id) => waiting.has(id);

// `run()` removes it, `done()` shows what is there then; `text` says what is about to happen, `removed` what has.
/** @param {string[]} ids @param {{ text: string, removed: string, run: () => Promise<any>, done: () => any }} options */
export function removeLater(ids, { text, removed, run, done }) {
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
    done();
  };
  const undo = () => {
    end();
    forget(ids);
    done();
  };
  const timer = setTimeout(finish, WAIT_MS);
  const shown = say(text, { undo, closed: finish, stays: true });
  for (const id of ids) waiting.set(id, finish);
  done();
}

// Whoever leaves does not take back what was asked for.
export const removeNow = () => Promise.all([...new Set(waiting.values())].map((finish) => finish()));

window.addEventListener("pagehide", removeNow);

function forget(ids) {
  for (const id of ids) waiting.delete(id);
}
