// The master keys, by their ids alone: what each wraps, and rotation to the active one.

import { get } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { number } from "../../core/format.js";
import { action } from "../../old/action.js";
import { badge } from "../../old/badges.js";
import { table } from "../../old/table.js";
import { section } from "../../old/section.js";
import { KEYS, rotate } from "./start.js";
import { many } from "./labels.js";

export function masterKeys(jobs, signal) {
  return section("Master keys", async () => {
    const { data } = await get(KEYS, {}, signal);
    return [
      element("p", { class: "quiet" }, "Each stored provider key is encrypted, and a master key wraps what it is encrypted with. The first key that the service is given is the active one."),
      table([
        { head: "Key", cell: ({ id }) => element("strong", {}, id) },
        { head: "State", cell: (key) => state(key) },
        { head: "Wraps", numeric: true, cell: ({ credentials }) => number(credentials) },
        { head: "What that means", cell: (key) => meaning(key) },
      ], data, { caption: "Master keys" }),
      element("div", { class: "actions" }, action("Rotate to the active key", { needs: "platform", tone: "plain", run: () => rotate(jobs) })),
    ];
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
