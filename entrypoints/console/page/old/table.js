// Tables that become cards on a narrow screen; roles are named because such a layout takes them away.

import { element } from "../core/elements.js";

/**
 * @typedef {object} Options
 * @property {string} [caption]
 * @property {Selection | null} [selection]
 * @property {string | null} [sorted]
 * @property {((sort: string) => void) | null} [onsort]
 * @property {((row: any) => string | null) | null} [rowClass]
 */

// columns: {head, cell(row), sort?, numeric?, isUnseen?}. `selection` adds a box to each row.
/** @param {any[]} columns @param {any[]} rows @param {Options} [options] */
export function table(columns, rows, { caption, selection = null, sorted = null, onsort = null, rowClass = null } = {}) {
  const heads = columns.map((column) => head(column, sorted, onsort));
  const body = rows.map((row) => element("tr", { role: "row", class: rowClass?.(row), "data-key": selection?.id(row) ?? row.id },
    selection ? element("td", { role: "cell", class: "tick" }, selection.box(row)) : null,
    columns.map((column) => element("td", { role: "cell", class: column.numeric ? "numeric" : null, "data-head": column.head }, element("div", {}, column.cell(row))))));
  return element("div", { class: "table" }, element("table", { role: "table" },
    element("caption", { class: "unseen" }, caption),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, selection ? element("th", { role: "columnheader", scope: "col", class: "tick" }, selection.all(rows)) : null, heads)),
    element("tbody", { role: "rowgroup" }, body)));
}

function head(column, sorted, onsort) {
  const attributes = { role: "columnheader", scope: "col", class: column.numeric ? "numeric" : null };
  if (!column.sort || !onsort) return element("th", attributes, column.isUnseen ? element("span", { class: "unseen" }, column.head) : column.head);
  const direction = sorted === column.sort ? "ascending" : sorted === `-${column.sort}` ? "descending" : null;
  const next = direction === "ascending" ? `-${column.sort}` : column.sort;
  const mark = element("span", { "aria-hidden": "true" }, direction === "ascending" ? " ↑" : direction === "descending" ? " ↓" : "");
  return element("th", { ...attributes, "aria-sort": direction ?? undefined }, element("button", { type: "button", class: "sort", onclick: () => onsort(next) }, column.head, mark));
}

// Rows that were ticked, kept over pages of the list by their id.
export class Selection {
  constructor({ id = (row) => row.id, name = (row) => row.name, changed }) {
    this.rows = new Map();
    this.id = id;
    this.name = name;
    this.changed = changed;
    this.boxes = new Map();
    this.every = null;
  }

  box(row) {
    const id = this.id(row);
    if (this.rows.has(id)) this.rows.set(id, row);
    const made = element("input", { type: "checkbox", checked: this.rows.has(id), "aria-label": `Select ${this.name(row)}`, onchange: () => this.set([row], made.checked) });
    this.boxes.set(id, made);
    return made;
  }

  all(rows) {
    const box = element("input", { type: "checkbox", "aria-label": "Select all rows shown", onchange: () => this.set(rows, box.checked) });
    this.every = { box, rows };
    this.#tickAll();
    return box;
  }

  #tickAll() {
    if (!this.every) return;
    const { box, rows } = this.every;
    const ticked = rows.filter((row) => this.rows.has(this.id(row))).length;
    box.checked = rows.length > 0 && ticked === rows.length;
    box.indeterminate = ticked > 0 && !box.checked;
  }

  set(rows, isTicked) {
    for (const row of rows) {
      const id = this.id(row);
      if (isTicked) this.rows.set(id, row);
      else this.rows.delete(id);
      const box = this.boxes.get(id);
      if (box) box.checked = isTicked;
    }
    this.#tickAll();
    this.changed();
  }

  // Also what is on other pages of the list.
  add(rows) {
    for (const row of rows) this.rows.set(this.id(row), row);
    for (const [id, box] of this.boxes) box.checked = this.rows.has(id);
    this.#tickAll();
    this.changed();
  }

  clear() {
    this.rows.clear();
    for (const box of this.boxes.values()) box.checked = false;
    this.#tickAll();
    this.changed();
  }

  get size() {
    return this.rows.size;
  }

  get chosen() {
    return [...this.rows.values()];
  }
}
