// How a model is run where a request does not say: a field for each setting, and all of it as JSON for what has none.

import { html, useRef } from "../../core/view.js";
import { Field } from "../../parts/form.js";

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const HELP = "Put your own fields into `metadata`, an object.";

/** @type {{ name: string, label: string, list?: string, [attribute: string]: any }[]} */
const SETTINGS = [
  { name: "systemPrompt", label: "System prompt", type: "textarea", rows: 2, class: "prose", help: "Used where a request has no system message." },
  { name: "temperature", label: "Temperature", type: "number", min: 0, max: 2 },
  { name: "topP", label: "Top P", type: "number", min: 0, max: 1 },
  { name: "maxTokens", label: "Max tokens per answer", type: "number", min: 1, step: 1 },
  { name: "reasoningEffort", label: "Reasoning effort", type: "choice", choices: [["", "Provider's default"], ...EFFORTS] },
  { name: "stop", label: "Stop at", type: "textarea", rows: 2, list: "\n", help: "One text a line." },
  { name: "preference", label: "Preference", type: "number", help: "The lowest is the first choice." },
  { name: "weight", label: "Weight among equals", type: "number", min: 0, help: "1 if empty." },
  { name: "firstByteSeconds", label: "Fall back after", unit: "seconds", type: "number", min: 0, help: "Seconds without any content." },
  { name: "idleSeconds", label: "Stream idle timeout", unit: "seconds", type: "number", min: 0 },
  { name: "deadlineSeconds", label: "Deadline", unit: "seconds", type: "number", min: 0 },
  { name: "drop", label: "Fields to leave out", list: ", ", help: "By the provider’s names, with commas." },
  { name: "baseModel", label: "Base model", help: "The model behind the name of a deployment." },
];

// The field `config`, whose JSON is what is saved, and the fields of its parts, which change it.
export function ConfigFields({ config = {} }) {
  const json = useRef(null);
  const parts = useRef(/** @type {Record<string, any>} */ ({})).current;
  // What cannot be read is left to the message that saving gives.
  const read = () => {
    try {
      return JSON.parse(json.current.value.trim() || "{}");
    } catch {
      return null;
    }
  };
  const write = (name, value) => {
    const held = read();
    if (held === null) return;
    const isNothing = value === null || value === "" || (Array.isArray(value) && value.length === 0);
    json.current.value = JSON.stringify(isNothing ? Object.fromEntries(Object.entries(held).filter(([each]) => each !== name)) : { ...held, [name]: value }, null, 2);
  };
  const show = () => {
    const held = read();
    if (held === null) return;
    for (const { name, list } of SETTINGS) parts[name].value = written(held[name], list);
  };
  return html`<fieldset class="field whole">
    <legend>Defaults for prompts</legend>
    <div class="fields two">${SETTINGS.map(({ name, list, type, ...attributes }) => html`<${Field}
      key=${name} name="${PART}${name}" pointer="/config/${name}" type=${type} ...${attributes} value=${written(config[name], list)}
      control=${(control) => (parts[name] = control)} oninput=${({ target }) => write(name, given(target.value, type, list))} />`)}</div>
    <details><summary>Advanced: as JSON</summary>
      <${Field} name="config" label="Config" type="textarea" value=${JSON.stringify(config, null, 2)} help=${`JSON. ${HELP}`} control=${json} oninput=${show} />
    </details>
  </fieldset>`;
}

const PART = "config.";

// What a form holds beside the fields of parts, which have changed the JSON already.
export const withoutParts = (values) => Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith(PART)));

const written = (value, list) => list && value !== undefined ? [value].flat().join(list) : value ?? "";

function given(text, type, list) {
  if (list) return listed(text, list);
  return type !== "number" ? text : text.trim() === "" ? null : Number(text);
}

const listed = (text, separator) => text.split(separator.trim() || "\n").map((each) => each.trim()).filter(Boolean);
