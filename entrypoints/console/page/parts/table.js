// Tables that become cards on a narrow screen; roles are named because such a layout takes them away.

import { UNKNOWN } from "../core/format.js";
import { html, Store, useStore } from "../core/view.js";

/**
 * columns: {head, cell(row), sort?, numeric?, isMinor?, isUnseen?}; minor ones are left out of narrow windows. `selection` adds a box to each row.
 * @param {{ columns: any[], rows: any[], caption: string, selection?: any, sorted?: string | null, onsort?: ((sort: string) => void) | null }} properties
 */
export function Table({ columns, rows, caption, selection = null, sorted = null, onsort = null }) {
  useStore(selection ?? NONE);
  return html`<div class="table"><table role="table">
    <caption class="unseen">${caption}</caption>
    <thead role="rowgroup"><tr role="row">
      ${selection ? html`<th role="columnheader" scope="col" class="tick">${allBox(selection, rows)}</th>` : null}
      ${columns.map((column) => head(column, sorted, onsort))}
    </tr></thead>
    <tbody role="rowgroup">${rows.map((row) => {
      const key = selection?.id(row) ?? row.id;
      return html`<tr role="row" key=${key} data-key=${key}>
        ${selection ? html`<td role="cell" class="tick">${box(selection, row)}</td>` : null}
        ${columns.map((column) => cell(column, column.cell(row)))}
      </tr>`;
    })}</tbody>
  </table></div>`;
}

const kindOf = ({ numeric, isMinor }, content = null) => [numeric ? "numeric" : "", isMinor ? "minor" : "", content === UNKNOWN ? "none" : ""].join(" ").trim() || null;

const cell = (column, content) => html`<td role="cell" key=${column.head} class=${kindOf(column, content)} data-head=${column.isUnseen ? null : column.head}><div>${content}</div></td>`;

function head(column, sorted, onsort) {
  const kind = kindOf(column);
  if (!column.sort || !onsort) return html`<th role="columnheader" scope="col" key=${column.head} class=${kind}>${column.isUnseen ? html`<span class="unseen">${column.head}</span>` : column.head}</th>`;
  const direction = sorted === column.sort ? "ascending" : sorted === `-${column.sort}` ? "descending" : null;
  const next = direction === "ascending" ? `-${column.sort}` : column.sort;
  return html`<th role="columnheader" scope="col" key=${column.head} class=${kind} aria-sort=${direction}>
    <button type="button" class="sort" onclick=${() => onsort(next)}>${column.head}<span aria-hidden="true">${direction === "ascending" ? " ↑" : direction === "descending" ? " ↓" : ""}</span></button>
  </th>`;
}

const box = (selection, row) => html`<label><input type="checkbox" checked=${selection.has(row)} aria-label="Select ${selection.name(row)}" onchange=${(event) => selection.set([row], event.target.checked)} /></label>`;

function allBox(selection, rows) {
  const ticked = rows.filter((row) => selection.has(row)).length;
  const isAll = rows.length > 0 && ticked === rows.length;
  return html`<label><input type="checkbox" checked=${isAll} indeterminate=${ticked > 0 && !isAll} aria-label="Select all rows shown" onchange=${(event) => selection.set(rows, event.target.checked)} /></label>`;
}

// Rows that were ticked, kept over pages of the list by their id; or all that match, except those that were unticked since.
export class Selection extends Store {
  constructor({ id = (row) => row.id, name = (row) => row.name } = {}) {
    super();
    this.rows = new Map();
    /** @type {{ total: number, of: string, read: (tell: (count: number) => void) => Promise<any[]> } | null} */
    this.matching = null;
    this.without = new Set();
    this.id = id;
    this.name = name;
  }

  has(row) {
    return this.matching ? !this.without.has(this.id(row)) : this.rows.has(this.id(row));
  }

  set(rows, isTicked) {
    for (const row of rows) {
      if (isTicked) this.rows.set(this.id(row), row);
      else this.rows.delete(this.id(row));
      if (isTicked) this.without.delete(this.id(row));
      else if (this.matching) this.without.add(this.id(row));
    }
    this.changed();
  }

  // What is ticked is known as it is now.
  renew(rows) {
    for (const row of rows) if (this.has(row)) this.rows.set(this.id(row), row);
  }

  // Selects all that match at once; which those are is read when something is done with them.
  setMatching(matching) {
    this.clear();
    this.matching = matching;
    this.changed();
  }

  clear() {
    this.rows.clear();
    this.matching = null;
    this.without.clear();
    this.changed();
  }

  get size() {
    return this.matching ? this.matching.total - this.without.size : this.rows.size;
  }

  get chosen() {
    return [...this.rows.values()];
  }

  /** `tell(count)` is called as they come. @param {(count: number) => void} [tell] */
  async read(tell = () => {}) {
    if (!this.matching) return this.chosen;
    const without = new Set(this.without);
    return (await this.matching.read(tell)).filter((row) => !without.has(this.id(row)));
  }
}

const NONE = new Store();
