// All of one row of a list, and what can be done with it, in a dialog.

import { UNKNOWN } from "../core/format.js";
import { html } from "../core/view.js";
import { Action } from "./action.js";
import { openDialog } from "./dialog.js";
import { facts } from "./page.js";

/** @typedef {{ text: string, label: string, needs: string, run: () => any, tone?: string }} Act */

// The name of a row, which opens them.
export const named = (name, open) => html`<button type="button" class="link" aria-haspopup="dialog" onclick=${open}>${name}</button>`;

/**
 * `what` it is, `columns` those of its table, and `acts` what can be done. Whatever is done, the dialog is closed first: a
 * message about it is on the page below.
 * @param {any} row @param {{ what: string, name: string, badges: any, columns: any[], acts: Act[] }} options
 */
export function openDetails(row, { what, name, badges, columns, acts }) {
  const pairs = columns.filter((column) => !column.isFixed).map(({ head, cell, isWhole }) => [head, cell(row) ?? UNKNOWN, isWhole ? "whole" : null]);
  openDialog(what, ({ close }) => html`<div class="card-head"><h3>${name}</h3><p class="badges">${badges}</p></div>
    ${facts(pairs)}
    <div class="actions">${acts.map((act) => html`<${Action} needs=${act.needs} tone="plain ${act.tone ?? ""}" label=${act.label} run=${() => {
      close();
      return act.run();
    }}>${act.text}<//>`)}</div>`, { wide: true });
}
