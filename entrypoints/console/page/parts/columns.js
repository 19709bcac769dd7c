// Which columns a table shows, and which fields a card: chosen by a person and kept in the browser.

import { onPreference, preference, prefer } from "../core/preferences.js";
import { html, useStore } from "../core/view.js";
import { Menu } from "./menu.js";
import { facts } from "./page.js";
import { Table } from "./table.js";

export class Columns {
  // columns: those of `Table`, with `isExtra` for those that are shown only when chosen, and `isFixed` for those that always are.
  /** @param {string} name @param {any[]} columns @param {string} [text] */
  constructor(name, columns, text = "Columns") {
    this.text = text;
    this.kept = `columns of ${name}`;
    this.columns = columns;
    this.subscribe = onPreference;
    this.view = html`<${Menu} text=${text} sign="columns-3" fill=${() => html`<${Boxes} columns=${this} />`} />`;
  }

  get shown() {
    return this.columns.filter((column) => this.isShown(column));
  }

  isShown({ head, isFixed = false, isExtra = false }) {
    return isFixed || (preference(this.kept, {})[head] ?? !isExtra);
  }

  show({ head }, isShown) {
    prefer(this.kept, { ...preference(this.kept, {}), [head]: isShown });
  }
}

function Boxes({ columns }) {
  useStore(columns);
  return html`<fieldset><legend>${columns.text}</legend>${columns.columns.filter((column) => !column.isFixed).map((column) => html`<label>
    <input type="checkbox" checked=${columns.isShown(column)} onchange=${(event) => columns.show(column, event.target.checked)} /> ${column.head}
  </label>`)}</fieldset>`;
}

// A table of the columns that are chosen.
export function ChosenTable({ chooser, ...others }) {
  return html`<${Table} columns=${useStore(chooser).shown} ...${others} />`;
}

// What cards show of each row: fields without a value are left out, and some have a line of their own (`isWhole`).
export const cardFields = (name, fields) => new Columns(name, fields, "Fields");

export function ChosenFacts({ chooser, row }) {
  const { shown } = useStore(chooser);
  return facts(shown.map(({ head, cell, isWhole }) => [head, cell(row), isWhole ? "whole" : null]).filter(([, value]) => value !== null));
}
