// The secret of a key or a webhook: shown once, when it is made or rotated, and never again.

import { ask } from "../../core/api.js";
import { KEYS } from "../../core/api-paths.js";
import { html, useRef, useState } from "../../core/view.js";
import { openDialog } from "../../parts/dialog.js";
import { Field, Form } from "../../parts/form.js";

const GRACES = [["0", "Not at all"], ["3600", "An hour"], ["86400", "A day"], ["604800", "A week"]];

const KEY_ADVICE = "Copy the key now. It is not stored and cannot be shown again; if you lose it, rotate the key.";

export function showSecret(key, heading, label = "The key", advice = KEY_ADVICE) {
  openDialog(heading, html`<${Secret} secret=${key.secret} label=${label} advice=${advice} />`);
}

function Secret({ secret, label, advice }) {
  const text = useRef(null);
  const [told, tell] = useState("");
  const copy = async () => {
    text.current.select();
    try {
      await navigator.clipboard.writeText(secret);
      tell("Copied.");
    } catch {
      // Without TLS a page has no clipboard.
      tell("It is selected: copy it with the keyboard.");
    }
  };
  return html`<p>${advice}</p>
    <p><input type="text" readonly value=${secret} aria-label=${label} class="secret" ref=${text} onfocus=${() => text.current.select()} /></p>
    <p class="quiet" role="status">${told}</p>
    <div class="buttons"><button type="button" onclick=${copy}>Copy</button></div>`;
}

export const rotateKey = (key, done) => rotate(`${KEYS}/${key.id}`, key, "The old secret works for another", (document) => showSecret(document, `${document.name} has a new secret`), done);

export const rotateSecret = (path, webhook, done) => rotate(path, webhook, "The old secret also signs for another",
  (document) => showSecret(document, `${document.name} has a new secret`, "The secret", "Copy the secret now. It cannot be shown again; if you lose it, rotate it."), done);

function rotate(path, held, label, show, done) {
  const submit = async ({ graceSeconds }) => {
    const { document } = await ask("POST", `${path}/rotate`, { body: { graceSeconds: Number(graceSeconds) }, revision: held.revision });
    dialog.close();
    show(document);
    done();
  };
  const dialog = openDialog(`Rotate ${held.name}`, html`<${Form} action="Rotate" submit=${submit}>
    <${Field} name="graceSeconds" label=${label} type="choice" choices=${GRACES} value="3600" />
  <//>`);
}
