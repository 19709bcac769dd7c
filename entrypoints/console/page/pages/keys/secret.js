// The secret of a key: shown once, when the key is issued or rotated, and never again.

import { ask } from "../../core/api.js";
import { KEYS } from "../../core/api-paths.js";
import { element } from "../../core/elements.js";
import { openDialog } from "../../parts/dialog.js";
import { field, Form } from "../../parts/form.js";

const GRACES = [["0", "Not at all"], ["3600", "An hour"], ["86400", "A day"], ["604800", "A week"]];

export function showSecret(key, heading) {
  const text = /** @type {HTMLInputElement} */ (element("input", { type: "text", readonly: true, value: key.secret, "aria-label": "The key", class: "secret", onfocus: () => text.select() }));
  const status = element("p", { class: "quiet", role: "status" });
  const copy = element("button", { type: "button", onclick: async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(key.secret);
      status.textContent = "Copied.";
    } catch {
      // Without TLS a page has no clipboard.
      status.textContent = "It is selected: copy it with the keyboard.";
    }
  } }, "Copy");
  openDialog(heading, [
    element("p", {}, "Copy the key now. It is kept nowhere and cannot be shown again; who loses it rotates the key."),
    element("p", {}, text), status, element("div", { class: "buttons" }, copy)]);
}

export function rotateKey(key, done) {
  const grace = field({ name: "graceSeconds", label: "The old secret works on for", type: "choice", choices: GRACES, value: "3600" });
  const form = new Form([grace], { action: "Rotate", submit: async () => {
    const { document } = await ask("POST", `${KEYS}/${key.id}/rotate`, { body: { graceSeconds: Number(grace.read()) }, revision: key.revision });
    dialog.close();
    showSecret(document, `${document.name} has a new secret`);
    done();
  } });
  const dialog = openDialog(`Rotate ${key.name}`, form.element);
}
