// A mark for a provider, by which it is found at a glance: the initials of its type on a colour of its own.

import { html } from "../core/view.js";

const COLOURS = 6;

// label: what the type is called.
export function mark(label) {
  const initials = label.split(/[\s-]+/).slice(0, 2).map((word) => word.charAt(0).toUpperCase()).join("");
  const colour = [...label].reduce((mixed, letter) => (mixed * 37 + letter.charCodeAt(0)) % 997, 0) % COLOURS + 1;
  return html`<span class="mark of-${colour}" aria-hidden="true">${initials}</span>`;
}
