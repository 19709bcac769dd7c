// Icons beside words, which say the same: whoever hears the page misses nothing.

import { html } from "../core/view.js";
import { nodes } from "../vendor/lucide/lucide-1.62.0.js";

// By the names that Lucide gives them.
export const icon = (name) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${nodes[name].map(([element, attributes]) => html`<${element} ...${attributes} />`)}</svg>`;
