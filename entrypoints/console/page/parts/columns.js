// Which columns a table shows: chosen by a person and kept in the browser.

import { onPreference, preference, prefer } from "../core/preferences.js";
import { html, useStore } from "../core/view.js";
import { Menu } from "./menu.js";
import { Table } from "./table.js";

export class Columns {
  // columns: those of `Table`, with `isExtra` for those that are shown only when chosen, and `isFixed` for those that always are.
  constructor(name, columns) {
    this.kept = `columns of ${name}`;
    this.columns = columns;
    this.subscribe = onPreference;
    this.view = html`<${Menu} text="Columns" sign="columns-3" fill=${() => html`<${Boxes} columns=${this} />`} />`;
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
  return html`<fieldset><legend>Columns</legend>${columns.columns.filter((column) => !column.isFixed).map((column) => html`<label>
    <input type="checkbox" checked=${columns.isShown(column)} onchange=${(event) => columns.show(column, event.target.checked)} /> ${column.head}
  </label>`)}</fieldset>`;
}

// A table of the columns that are chosen.
export function ChosenTable({ chooser, ...others }) {
  return html`<${Table} columns=${useStore(chooser).shown} ...${others} />`;
}
