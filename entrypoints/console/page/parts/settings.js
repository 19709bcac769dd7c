// How this browser shows the console: colours, and the form of times and figures.

import { preference, prefer } from "../core/preferences.js";
import { refresh } from "../core/router.js";
import { html } from "../core/view.js";
import { openDialog } from "./dialog.js";
import { Field } from "./form.js";

/** @type {[name: string, label: string, choices: [string, string][]][]} */
const SETTINGS = [
  ["theme", "Colours", [["system", "System default"], ["light", "Light"], ["dark", "Dark"]]],
  ["times", "Times", [["both", "How long ago, and when"], ["relative", "How long ago"], ["absolute", "When"]]],
  ["zone", "Time zone", [["local", "Where you are"], ["utc", "UTC"]]],
  ["tokens", "Context and output limits", [["short", "Rounded: 131k"], ["whole", "In full: 131,072"]]],
];

export function openSettings() {
  openDialog("Settings", html`<div class="fields">${SETTINGS.map(([name, label, choices]) => {
    const usual = choices[0][0];
    const change = ({ target }) => {
      prefer(name, target.value === usual ? null : target.value);
      refresh({ focus: false });
    };
    // It is kept at once: nothing is left to be saved.
    return html`<${Field} name=${name} label=${label} type="choice" choices=${choices} value=${preference(name, usual)} onchange=${change} oninput=${(event) => event.stopPropagation()} />`;
  })}</div><p class="hint">They are kept in this browser.</p>`);
}

export function applyTheme() {
  document.documentElement.dataset.theme = preference("theme", "system");
}
