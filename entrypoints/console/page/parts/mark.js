// A mark for a provider, by which it is found at a glance: the initials of its type on a colour of its own.

import { html } from "../core/view.js";

const COLOURS = 6;
const COMPATIBLE = "openai_compatible";

// label: what its type is called. Compatible services are many: there the name that the organization gives tells them apart.
export function markOf({ name, providerType }, label) {
  const text = providerType === COMPATIBLE ? name : label;
  const initials = text.split(/[^\p{L}\p{N}]+/u).filter(Boolean).slice(0, 2).map((word) => word.charAt(0).toUpperCase()).join("");
  const colour = [...text].reduce((mixed, letter) => (mixed * 37 + letter.charCodeAt(0)) % 997, 0) % COLOURS + 1;
  return html`<span class="mark of-${colour}" aria-hidden="true">${initials}</span>`;
}
