// Buttons that say why they cannot be used, instead of being grey and silent.

import { isAbort } from "../core/api.js";
import { element, uniqueId } from "../core/elements.js";
import { warn } from "../core/messages.js";
import { refusal } from "../core/session.js";

// A button out of use stays reachable by keyboard, so that its reason can be read. `needs` is what the person must be: a
// role in the organization ("viewer", "editor", "admin"), or "platform" for platform administrators.
/**
 * @param {string} text
 * @param {{ needs: string, why?: string | null, run?: (button: HTMLElement) => any, tone?: string, label?: string }} options
 */
export function action(text, { needs, why = null, run, tone = "", label }) {
  const reason = refusal(needs) ?? why;
  const button = element("button", { type: "button", class: tone, "aria-label": label, onclick: () => start(button, run) }, text);
  const note = element("span", { class: "tip", role: "tooltip", id: uniqueId("why") });
  const made = element("span", { class: "action" }, button, note);
  made.refuse = (because) => refuse(button, note, refusal(needs) ?? because);
  refuse(button, note, reason);
  return made;
}

function refuse(button, note, reason) {
  note.textContent = reason ?? "";
  note.hidden = !reason;
  if (reason) {
    button.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-describedby", note.id);
  } else {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("aria-describedby");
  }
}

async function start(button, run) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  button.setAttribute("aria-busy", "true");
  try {
    await run(button);
  } catch (error) {
    if (!isAbort(error)) warn(error);
  } finally {
    button.removeAttribute("aria-busy");
    if (!button.getAttribute("aria-describedby")) button.removeAttribute("aria-disabled");
  }
}
