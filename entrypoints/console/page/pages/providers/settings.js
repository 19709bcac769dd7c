// The fields of a provider, drawn from what the API says about its type.

import { html } from "../../core/view.js";
import { Field } from "../../parts/form.js";

// A setting may be called like another field of the form.
const fieldName = (setting) => `settings.${setting.name}`;

const FORMS = {
  boolean: () => ({ type: "check", required: false }),
  choice: ({ choices }) => ({ type: "choice", choices }),
  integer: () => ({ type: "number", step: 1 }),
};

export const settingFields = (type, values = {}) => type.fields.map((setting) => html`<${Field}
  name=${fieldName(setting)} pointer="/settings/${setting.name}" label=${setting.label} help=${setting.help} required=${setting.required} value=${values[setting.name] ?? setting.default}
  ...${FORMS[setting.kind]?.(setting) ?? { pattern: setting.pattern ?? undefined }} />`);

// What was given, without what only repeats the usual.
export function settingsOf(type, values) {
  const given = type.fields.map((setting) => [setting, values[fieldName(setting)]]).filter(([setting, value]) =>
    value !== "" && value !== null && value !== (setting.default ?? (setting.kind === "boolean" ? false : undefined)));
  return Object.fromEntries(given.map(([setting, value]) => [setting.name, value]));
}
