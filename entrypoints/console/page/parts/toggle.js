// Enabling and disabling, with the way back in the message.

import { ask } from "../core/api.js";
import { number, title } from "../core/format.js";
import { say } from "../core/messages.js";
import { html } from "../core/view.js";
import { Action } from "./action.js";
import { changeEach, isWhole } from "./bulk.js";
import { retryIfChanged } from "./retry-if-changed.js";

/** @param {any} thing @param {string} path @param {{ needs: string, done: () => any }} options */
export function toggle(thing, path, { needs, done }) {
  const word = thing.isEnabled ? "Disable" : "Enable";
  return html`<${Action} needs=${needs} tone="plain" label="${word} ${thing.name}" run=${() => setEnabled(thing, path, !thing.isEnabled, done)}>${word}<//>`;
}

export async function setEnabled(thing, path, isEnabled, done) {
  const changed = await retryIfChanged(thing, {
    path, action: isEnabled ? "Enable" : "Disable", tone: "", isDone: (now) => now.isEnabled === isEnabled,
    act: async (revision) => (await ask("PATCH", path, { body: { isEnabled }, revision })).document,
  });
  if (changed) say(`${thing.name} is ${isEnabled ? "enabled" : "disabled"}.`, { undo: () => setEnabled(changed, path, !isEnabled, done) });
  await done();
}

// The same for many, each for itself; `what` is one of them. What was so before is not undone.
/** @param {any[]} things @param {boolean} isEnabled @param {{ what: string, pathOf: (thing: any) => string, tell: (text: string) => void, done: () => any }} options */
export async function setManyEnabled(things, isEnabled, { what, pathOf, tell, done }) {
  const word = isEnabled ? "enabled" : "disabled";
  const results = await changeEach(things, async (thing) => {
    const { document } = await ask("PATCH", pathOf(thing), { body: { isEnabled }, revision: thing.revision });
    return { revision: document.revision, isChanged: document.revision !== thing.revision };
  }, tell);
  const undone = results.filter((result) => result.isChanged);
  const undo = undone.length ? () => setManyEnabled(undone, !isEnabled, { what, pathOf, tell: () => {}, done }) : null;
  if (isWhole(results, { what: title(what), done: word })) say(`${countOf(results, what)} ${word}.`, { undo });
  await done();
}

export const countOf = ({ length }, what) => `${number(length)} ${what}${length === 1 ? " is" : "s are"}`;
