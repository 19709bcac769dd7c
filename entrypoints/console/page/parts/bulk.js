// What can be done with all rows of a list that are selected, and what became of each.

import { isAbort } from "../core/api.js";
import { pause } from "../core/delay.js";
import { number } from "../core/format.js";
import { who } from "../core/session.js";
import { html, useEffect, useLayoutEffect, useState, useStore } from "../core/view.js";
import { Action } from "./action.js";
import { badge } from "./badges.js";
import { openDialog } from "./dialog.js";
import { isLeaving } from "./remove-later.js";
import { Table } from "./table.js";

const MOST_SHOWN = 200;
const TOO_MANY = 429;
const TRIES = 5;

/**
 * `get()` gives the list, `kept(row)` what is needed of each of very many. `acts({run, size})` gives the buttons: `run(work)` makes
 * of `work(rows, {tell, done})` what a button runs.
 * @param {{ name: string, selection: any, get: () => any, kept: (row: any) => any, acts: (given: any) => any }} properties
 */
export function Bulk({ name, selection, get, kept, acts }) {
  const list = useStore(get());
  const [told, tell] = useState(null);
  const { size } = useStore(selection);
  // Whoever filters anew has other rows before them.
  const isOther = selection.matching !== null && selection.matching.of !== list.matched;
  useLayoutEffect(() => void (isOther && selection.clear()), [isOther]);
  // What is about to be removed is not changed any more.
  useEffect(() => {
    const drop = () => selection.set(get().rows.filter((row) => isLeaving(row.id)), false);
    document.addEventListener("removed", drop);
    return () => document.removeEventListener("removed", drop);
  }, [selection]);
  const done = () => {
    selection.clear();
    list.load();
  };
  const run = (work) => async () => {
    try {
      await work(await selection.read((count) => tell(`${number(count)} read…`)), { tell, done });
    } finally {
      tell(null);
    }
  };
  const isPart = size > 0 && size < list.total && list.rows.every((row) => selection.has(row));
  return html`<div class="bulk" role="group" aria-label=${name} hidden=${size === 0}>
    <strong role="status">${told ?? `${number(size)} selected`}</strong>
    <span class="actions">
      ${isPart ? html`<${Action} needs="viewer" tone="plain" run=${() => selection.setMatching(list.matching(kept))}>Select all ${number(list.total)} that match<//>` : null}
      ${acts({ run, size })}
    </span>
    <button type="button" class="plain" onclick=${() => selection.clear()}>Clear</button>
  </div>`;
}

// One after the other, for what the service has no request for many; `atOnce` when the page is being closed. Each row comes back with what the act gave, or its
// `error`.
/** @param {any[]} rows @param {(row: any) => any} act @param {(text: string) => void} tell @param {{ atOnce?: boolean }} [options] */
export async function changeEach(rows, act, tell, { atOnce = false } = {}) {
  const person = who();
  const changed = async (row) => ({ ...row, ...await attempt(() => {
    mustBe(person);
    return act(row);
  }) });
  if (atOnce) return Promise.all(rows.map(changed));
  return inParts(rows, 1, async ([row]) => [await changed(row)], tell);
}

// What `act(part)` gives for each so many of them, one part after the other. The browser asks before it closes the page meanwhile; nothing is done in the name of
// somebody else who has signed in.
/** @param {any[]} rows @param {number} size @param {(part: any[]) => Promise<any[]>} act @param {(text: string) => void} tell */
export async function inParts(rows, size, act, tell) {
  const person = who();
  const results = [];
  const ask = (event) => event.preventDefault();
  window.addEventListener("beforeunload", ask);
  try {
    for (let start = 0; start < rows.length; start += size) {
      mustBe(person);
      results.push(...await act(rows.slice(start, start + size)));
      tell(`${number(results.length)} of ${number(rows.length)} done…`);
    }
  } finally {
    window.removeEventListener("beforeunload", ask);
  }
  return results;
}

function mustBe(person) {
  if (who() !== person) throw new DOMException("Somebody else has signed in.", "AbortError");
}

async function attempt(act) {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await act();
    } catch (error) {
      if (isAbort(error)) throw error;
      if (error.status !== TOO_MANY || left === 0) return { error };
      await pause(error.retryAfter * 1000);
    }
  }
}

// Whether all went well; what did not is shown, until `onclose()`. `what` is what a row is, `done` what became of it.
/** @param {{ name: string, error?: any }[]} results @param {{ what: string, done: string }} words @param {{ onclose?: () => void }} [options] */
export function isWhole(results, { what, done }, { onclose } = {}) {
  const refused = results.filter((result) => result.error);
  if (refused.length === 0) return true;
  const isLong = results.length > MOST_SHOWN;
  const columns = [
    { head: what, cell: (result) => result.name },
    { head: "Result", cell: (result) => result.error ? badge("Refused", "bad") : badge(done, "good") },
    { head: "Why", cell: (result) => result.error?.detail ?? result.error?.message ?? "" },
  ];
  openDialog("Result of each", html`<p>${number(results.length - refused.length)} ${done}, ${number(refused.length)} refused.${isLong ? ` Shown are those that were refused, at most ${number(MOST_SHOWN)}.` : null}</p><${Table} columns=${columns} rows=${isLong ? refused.slice(0, MOST_SHOWN) : results} caption="Results" />`, { wide: true, onclose });
  return false;
}
