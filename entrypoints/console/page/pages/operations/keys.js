// The master keys, by their ids alone: what each wraps, and rotation to the active one.

import { get } from "../../core/api.js";
import { number } from "../../core/format.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge } from "../../parts/badges.js";
import { Table } from "../../parts/table.js";
import { section } from "../../parts/section.js";
import { KEYS, rotate } from "./start.js";
import { many } from "./labels.js";

const COLUMNS = [
  { head: "Key", cell: ({ id }) => html`<strong>${id}</strong>` },
  { head: "State", cell: (key) => state(key) },
  { head: "Wraps", numeric: true, cell: ({ credentials }) => number(credentials) },
  { head: "What that means", cell: (key) => meaning(key) },
];

export function masterKeys(jobs, signal) {
  return section("Master keys", async () => {
    const { data } = await get(KEYS, {}, signal);
    return html`<p class="quiet">Each stored provider key is encrypted, and a master key wraps what it is encrypted with. The first key in the service's settings is the active one.</p>
      <${Table} columns=${COLUMNS} rows=${data} caption="Master keys" />
      <div class="actions"><${Action} needs="platform" tone="plain" run=${() => rotate(jobs)}>Rotate to the active key<//></div>`;
  });
}

function state({ isActive, isGiven }) {
  if (isActive) return badge("Active", "good");
  return isGiven ? badge("Held") : badge("Missing here", "bad");
}

function meaning({ isActive, isGiven, isKnown, credentials, isRemovable }) {
  if (isActive && !isKnown) return "New: restart every process of the service with it before you rotate.";
  if (isActive) return "New provider keys are wrapped by it.";
  if (!isGiven && credentials) return `This process cannot read ${many(credentials, "provider key")}. Give it this master key again.`;
  if (isRemovable) return isGiven ? "Wraps nothing. Remove it from the settings or the key file." : "Wraps nothing. No stored key needs it.";
  return "Still needed. Rotate to the active key, then remove it.";
}
