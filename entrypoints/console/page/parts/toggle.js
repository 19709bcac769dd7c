// Enabling and disabling, with the way back in the message.

import { ask } from "../core/api.js";
import { say } from "../core/messages.js";
import { html } from "../core/view.js";
import { Action } from "./action.js";
import { retryIfChanged } from "./retry-if-changed.js";

/** @param {any} thing @param {string} path @param {{ needs: string, done: () => any }} options */
export function toggle(thing, path, { needs, done }) {
  const word = thing.isEnabled ? "Disable" : "Enable";
  return html`<${Action} needs=${needs} tone="plain" label="${word} ${thing.name}" run=${() => setEnabled(thing, path, !thing.isEnabled, done)}>${word}<//>`;
}

async function setEnabled(thing, path, isEnabled, done) {
  const changed = await retryIfChanged(thing, {
    path, action: isEnabled ? "Enable" : "Disable", tone: "", isDone: (now) => now.isEnabled === isEnabled,
    act: async (revision) => (await ask("PATCH", path, { body: { isEnabled }, revision })).document,
  });
  if (changed) say(`${thing.name} is ${isEnabled ? "enabled" : "disabled"}.`, { undo: () => setEnabled(changed, path, !isEnabled, done) });
  await done();
}
