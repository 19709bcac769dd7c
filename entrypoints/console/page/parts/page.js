// What every page begins with: its heading, what it is for, and what can be done on it.

import { UNKNOWN } from "../core/format.js";
import { comeBack, lastPlace } from "../core/router.js";
import { html } from "../core/view.js";
import { icon } from "./icon.js";

/** @param {string} heading @param {{ lead?: string, actions?: any, back?: string[], mark?: any }} [options] @param {any[]} content */
export function page(heading, { lead, actions, back, mark } = {}, ...content) {
  return html`<div class="heading">
      <div>
        ${back ? html`<a class="back" href=${lastPlace(back[0])} onclick=${comeBack}>← ${back[1]}</a>` : null}
        ${mark ? html`<div class="marked">${mark}<h1>${heading}</h1></div>` : html`<h1>${heading}</h1>`}
        ${lead ? html`<p class="quiet lead">${lead}</p>` : null}
      </div>
      <div class="actions">${actions}</div>
    </div>
    ${content}`;
}

export const card = (heading, ...content) => html`<section class="card">${heading ? html`<h2>${heading}</h2>` : null}${content}</section>`;

// What says that there is nothing is no news.
const NOTHING = new Set(["none", "never", UNKNOWN]);

export const facts = (pairs) => html`<dl class="facts">${pairs.filter(Boolean).map(([name, value, kind]) => html`<div class=${kind}><dt>${name}</dt><dd class=${NOTHING.has(value) ? "quiet" : null}>${value}</dd></div>`)}</dl>`;

export const nothing = (text, ...more) => html`<div class="nothing">${icon("inbox")}<p>${text}</p>${more}</div>`;
