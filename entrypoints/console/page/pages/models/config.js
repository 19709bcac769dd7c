// How a model is run where a request does not say: a field for each setting, and all of it as JSON for what has none.

import { element } from "../../core/elements.js";
import { field } from "../../old/form.js";

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const HELP = "What is your own belongs in `metadata`, an object.";

/** @type {{ name: string, label: string, list?: string, [attribute: string]: any }[]} */
const SETTINGS = [
  { name: "systemPrompt", label: "System prompt", type: "textarea", rows: 2, class: "prose", help: "Used where a request has no system message." },
  { name: "temperature", label: "Temperature", type: "number", min: 0, max: 2 },
  { name: "topP", label: "Top P", type: "number", min: 0, max: 1 },
  { name: "maxTokens", label: "Output tokens at most", type: "number", min: 1, step: 1 },
  { name: "reasoningEffort", label: "Reasoning effort", type: "choice", choices: [["", "As the provider has it"], ...EFFORTS] },
  { name: "stop", label: "Stop at", type: "textarea", rows: 2, list: "\n", help: "One text a line." },
  { name: "preference", label: "Preference", type: "number", help: "The lowest is the first choice." },
  { name: "weight", label: "Weight among equals", type: "number", min: 0, help: "1 if empty." },
  { name: "firstByteSeconds", label: "Another is asked after", unit: "seconds", type: "number", min: 0, help: "While nothing has come." },
  { name: "idleSeconds", label: "A stream may be silent for", unit: "seconds", type: "number", min: 0 },
  { name: "deadlineSeconds", label: "Deadline", unit: "seconds", type: "number", min: 0 },
  { name: "drop", label: "Fields to leave out", list: ", ", help: "By the provider’s names, with commas." },
  { name: "baseModel", label: "Base model", help: "The model behind the name of a deployment." },
];

// The field `config`, whose JSON is what is saved, and the fields of its parts, which change it.
export function configFields(config = {}) {
  const json = field({ name: "config", label: "Config", type: "textarea", value: JSON.stringify(config, null, 2), help: `JSON. ${HELP}` });
  const parts = SETTINGS.map(({ name, list, ...attributes }) => {
    const made = field({ name, pointer: `/config/${name}`, ...attributes });
    made.control.addEventListener("input", () => write(name, list ? listed(made.read(), list) : made.read()));
    return { ...made, list };
  });
  // What cannot be read is left to the message that saving gives.
  const read = () => {
    try {
      return JSON.parse(json.read().trim() || "{}");
    } catch {
      return null;
    }
  };
  const write = (name, value) => {
    const held = read();
    if (held === null) return;
    const isNothing = value === null || value === "" || (Array.isArray(value) && value.length === 0);
    json.control.value = JSON.stringify(isNothing ? Object.fromEntries(Object.entries(held).filter(([each]) => each !== name)) : { ...held, [name]: value }, null, 2);
  };
  const show = () => {
    const held = read();
    if (held === null) return;
    for (const { name, list, control } of parts) control.value = list && held[name] !== undefined ? [held[name]].flat().join(list) : held[name] ?? "";
  };
  json.control.addEventListener("input", show);
  show();
  const whole = element("fieldset", { class: "field whole" }, element("legend", {}, "Defaults for prompts"),
    element("div", { class: "fields two" }, parts.map((part) => part.element)),
    element("details", {}, element("summary", {}, "Advanced: as JSON"), json.element));
  return [{ ...json, element: whole }, ...parts.map((part) => ({ ...part, element: null, isPart: true }))];
}

const listed = (text, separator) => text.split(separator.trim() || "\n").map((each) => each.trim()).filter(Boolean);
