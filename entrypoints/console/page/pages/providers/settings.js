// The fields of a provider, drawn from what the API says of its type.

import { field } from "../../old/form.js";

export function settingFields(type, values = {}) {
  return type.fields.map((setting) => {
    const common = { name: setting.name, pointer: `/settings/${setting.name}`, label: setting.label, help: setting.help, required: setting.required };
    const value = values[setting.name] ?? setting.default;
    if (setting.kind === "boolean") return { ...field({ ...common, type: "check", value, required: false }), setting };
    if (setting.kind === "choice") return { ...field({ ...common, type: "choice", value, choices: setting.choices }), setting };
    if (setting.kind === "integer") return { ...field({ ...common, type: "number", value, step: 1 }), setting };
    return { ...field({ ...common, value, pattern: setting.pattern ?? undefined }), setting };
  });
}

// What was given, without what only repeats the usual.
export function settingsOf(fields) {
  const given = fields.filter(({ setting, read }) => {
    const value = read();
    return value !== "" && value !== null && value !== (setting.default ?? (setting.kind === "boolean" ? false : undefined));
  });
  return Object.fromEntries(given.map(({ setting, read }) => [setting.name, read()]));
}
