// How this browser shows the console: colours, and the form of times.

import { element } from "../core/elements.js";
import { preference, prefer } from "../core/preferences.js";
import { refresh } from "../core/router.js";
import { openDialog } from "./dialog.js";
import { field } from "./form.js";

/** @type {[name: string, label: string, choices: [string, string][]][]} */
const SETTINGS = [
  ["theme", "Colours", [["system", "As the system has them"], ["light", "Light"], ["dark", "Dark"]]],
  ["times", "Times", [["both", "How long ago, and when"], ["relative", "How long ago"], ["absolute", "When"]]],
  ["zone", "Time zone", [["local", "Where you are"], ["utc", "UTC"]]],
];

export function openSettings() {
  const fields = SETTINGS.map(([name, label, choices]) => {
    const made = field({ name, label, type: "choice", choices, value: preference(name, choices[0][0]) });
    made.control.addEventListener("change", (event) => {
      event.stopPropagation();
      prefer(name, made.read() === choices[0][0] ? null : made.read());
      refresh({ focus: false });
    });
    return made;
  });
  openDialog("Settings", [element("div", { class: "fields" }, fields.map((each) => each.element)), element("p", { class: "hint" }, "They are kept in this browser.")]);
}

export function applyTheme() {
  document.documentElement.dataset.theme = preference("theme", "system");
}
