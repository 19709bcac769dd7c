// Extra headers as people write them: one per line, as `Name: value`.

import { html } from "../core/view.js";
import { Field } from "./form.js";

/** @param {string[]} held @param {string} [help] */
export function headersField(held, help) {
  const kept = held.length ? `Leave it empty to keep ${held.join(", ")}. A name without a value removes that header.` : "Values are encrypted and never shown again.";
  const text = help ?? `For a gateway before the provider: one per line, as \`Name: value\`. ${kept}`;
  return html`<${Field} name="extraHeaders" label="Extra headers" type="textarea" rows="2" autocomplete="off" placeholder="CF-Access-Client-Id: …" help=${text} />`;
}

// What was filled in, by name; null where no value was given, and none at all when nothing was.
/** @param {string} text */
export function headersOf(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  return lines.length === 0 ? undefined : Object.fromEntries(lines.map((line) => {
    const [name, ...value] = line.split(":");
    return [name.trim(), value.join(":").trim() || null];
  }));
}
