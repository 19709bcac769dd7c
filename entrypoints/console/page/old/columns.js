// Which columns a table shows: chosen by a person and kept in the browser.

import { element } from "../core/elements.js";
import { preference, prefer } from "../core/preferences.js";
import { menu } from "./menu.js";

export class Columns {
  // columns: those of `table`, with `isExtra` for those that are shown only when chosen, and `isFixed` for those that always are.
  constructor(name, columns, changed) {
    this.kept = `columns of ${name}`;
    this.columns = columns;
    this.changed = changed;
    this.menu = menu("Columns", () => element("fieldset", {}, element("legend", {}, "Columns"), this.columns.filter((column) => !column.isFixed).map((column) => this.#box(column))));
  }

  get shown() {
    return this.columns.filter((column) => this.#isShown(column));
  }

  #isShown({ head, isFixed = false, isExtra = false }) {
    return isFixed || (preference(this.kept, {})[head] ?? !isExtra);
  }

  #box(column) {
    const box = /** @type {HTMLInputElement} */ (element("input", { type: "checkbox", checked: this.#isShown(column), onchange: () => {
      prefer(this.kept, { ...preference(this.kept, {}), [column.head]: box.checked });
      this.changed();
    } }));
    return element("label", {}, box, " ", column.head);
  }
}
