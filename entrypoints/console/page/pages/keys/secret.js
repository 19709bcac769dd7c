// The secret of a key or a webhook: shown once, when it is made or rotated, and never again.

import { ask } from "../../core/api.js";
import { KEYS } from "../../core/api-paths.js";
import { element } from "../../core/elements.js";
import { openDialog } from "../../old/dialog.js";
import { field, Form } from "../../old/form.js";

const GRACES = [["0", "Not at all"], ["3600", "An hour"], ["86400", "A day"], ["604800", "A week"]];

const KEY_ADVICE = "Copy the key now. It is kept nowhere and cannot be shown again; who loses it rotates the key.";

export function showSecret(key, heading, label = "The key", advice = KEY_ADVICE) {
  const text = /** @type {HTMLInputElement} */ (element("input", { type: "text", readonly: true, value: key.secret, "aria-label": label, class: "secret", onfocus: () => text.select() }));
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
    element("p", {}, advice),
    element("p", {}, text), status, element("div", { class: "buttons" }, copy)]);
}

export const rotateKey = (key, done) => rotate(`${KEYS}/${key.id}`, key, "The old secret works on for", (document) => showSecret(document, `${document.name} has a new secret`), done);

export const rotateSecret = (path, webhook, done) => rotate(path, webhook, "The old secret signs too for",
  (document) => showSecret(document, `${document.name} has a new secret`, "The secret", "Copy the secret now. It cannot be shown again; who loses it rotates it."), done);

function rotate(path, held, label, show, done) {
  const grace = field({ name: "graceSeconds", label, type: "choice", choices: GRACES, value: "3600" });
  const form = new Form([grace], { action: "Rotate", submit: async () => {
    const { document } = await ask("POST", `${path}/rotate`, { body: { graceSeconds: Number(grace.read()) }, revision: held.revision });
    dialog.close();
    show(document);
    done();
  } });
  const dialog = openDialog(`Rotate ${held.name}`, form.element);
}
