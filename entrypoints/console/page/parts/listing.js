// A list that is filtered, sorted and paged by the service; never more than one page of it is in the browser.

import { get, isAbort } from "../core/api.js";
import { number } from "../core/format.js";
import { follow } from "../core/live.js";
import { isReturning, remember, remembered } from "../core/router.js";
import { html, Store } from "../core/view.js";
import { isHeld } from "./busy.js";
import { csvOf } from "./csv.js";
import { ListingView } from "./listing-view.js";
import { isLeaving } from "./remove-later.js";
import { saveFile } from "./save-file.js";

const PAGE = 50;
const LARGEST = 200;
// No row is lower.
const ROW_PX = 36;

const isThere = (row) => !isLeaving(row.id);

const inWindow = () => Math.ceil(window.innerHeight / ROW_PX);

/** @type {[sort: string, label: string][]} */
export const SORTS = [["name", "Name"], ["-name", "Name, from Z"], ["-createdAt", "Newest first"], ["createdAt", "Oldest first"]];

export class Listing extends Store {
  // `draw(rows)` gives what a page shows; `empty(isFiltered)` what is shown when there are none. A list that
  // cannot be sorted has a null for `sort`. It renews itself, and calls `renewed(rows)`, when somebody else causes an
  // event whose type begins like one of `about`; and every so many milliseconds, for what is no event. How many rows
  // there are in all is asked unless `isCounted` is false: with very many, counting takes longer than reading. `sorts`
  // are orders to choose from, for a list that has no heads of columns; `tools` stand beside the number of rows, and
  // `above` before the rows; `csv` is the name of the file with all that match.
  constructor({ path, filters, query, signal, draw, empty, sort = "name", fixed = {}, limit = PAGE, about = [], every = 0, isCounted = true, sorts = [], tools = null, above = null, csv = null, renewed = () => {} }) {
    super();
    this.path = path;
    this.filters = filters;
    this.signal = signal;
    this.draw = draw;
    this.empty = empty;
    this.fixed = fixed;
    this.limit = limit;
    this.about = about;
    this.isCounted = isCounted;
    this.sorts = sorts;
    this.tools = tools;
    this.above = above;
    this.csv = csv;
    /** @type {(rows: any[]) => void} */
    this.renewed = renewed;
    this.sort = sort && (query.sort ?? sort);
    this.usualSort = sort;
    this.cursors = query.page ? remembered().cursors ?? [] : [];
    this.rows = [];
    this.total = 0;
    this.counted = null;
    this.hasMore = false;
    this.nextCursor = null;
    this.isAsking = false;
    this.error = null;
    this.fresh = new Set();
    this.drawn = null;
    this.isWhole = true;
    this.shown = null;
    /** @type {HTMLElement | null} */
    this.place = null;
    this.view = html`<${ListingView} list=${this} />`;
    for (const filter of filters) filter.set(query[filter.name] ?? "");
    if (about.length > 0) follow({ isNews: (event) => this.#isNews(event), renew: () => this.#renew(), isBusy: () => this.#isBusy(), signal });
    document.addEventListener("removed", () => this.load(), { signal });
    if (every > 0) this.#renewEvery(every);
  }

  get chosen() {
    return Object.fromEntries(this.filters.map((filter) => [filter.name, filter.value()]));
  }

  get isFiltered() {
    return Object.values(this.chosen).some(Boolean);
  }

  async restart() {
    this.cursors = [];
    this.#remember();
    await this.load();
  }

  // What is counted: how many match does not change with their order, or the page.
  get matched() {
    return JSON.stringify(this.chosen);
  }

  #remember() {
    const page = this.cursors.length === 0 ? "" : this.cursors.length + 1;
    remember({ ...this.chosen, sort: this.sort === this.usualSort ? "" : this.sort, page }, { cursors: this.cursors });
  }

  async sortBy(sort) {
    this.sort = sort;
    this.cursors = [];
    this.#remember();
    await this.#read();
  }

  async load() {
    this.counted = null;
    await this.#read();
  }

  async #read() {
    this.asking?.abort();
    this.asking = new AbortController();
    const asked = this.asking;
    this.isAsking = true;
    this.changed();
    try {
      this.#take(await this.#ask(asked.signal, this.counted !== this.matched));
      this.error = null;
    } catch (error) {
      if (isAbort(error)) return;
      this.error = error;
    } finally {
      if (asked === this.asking) this.isAsking = false;
      this.changed();
    }
  }

  #ask(signal, isCounted) {
    const query = { ...this.fixed, ...this.chosen, sort: this.sort, limit: this.limit, cursor: this.cursors.at(-1), includeTotal: this.isCounted && isCounted || null };
    return get(this.path, query, AbortSignal.any([signal, this.signal]));
  }

  // All that match now, for a selection: read when they are wanted, with `kept(row)` of each, whatever is shown then.
  /** @param {(row: any) => any} kept */
  matching(kept) {
    const query = { ...this.chosen, sort: this.usualSort };
    return { total: this.total, of: this.matched, read: (tell) => this.#everything(query, tell, kept) };
  }

  // Page by page; `tell(count)` is called as they come.
  /** @param {Record<string, any>} query @param {(count: number) => void} tell @param {(row: any) => any} [kept] */
  async #everything(query, tell, kept = (row) => row) {
    const found = [];
    let cursor;
    do {
      const { data, pagination } = await get(this.path, { ...this.fixed, ...query, limit: LARGEST, cursor }, this.signal);
      found.push(...data.filter(isThere).map(kept));
      tell(found.length);
      cursor = pagination.nextCursor;
    } while (cursor);
    return found;
  }

  // All that match as a file, for lists that the service itself gives in JSON alone.
  async save(button) {
    const rows = await this.#everything({ ...this.chosen, sort: this.sort }, (count) => (button.title = `${number(count)} read`));
    button.title = "";
    saveFile(this.csv, csvOf(rows));
  }

  #isNews({ type, aggregateId, revision }) {
    const shown = this.rows.find((row) => row.id === aggregateId);
    return this.about.some((start) => type.startsWith(start)) && !(shown?.revision >= revision);
  }

  #isBusy() {
    return this.isAsking || (this.place !== null && isHeld(this.place));
  }

  #renewEvery(milliseconds) {
    const timer = setInterval(() => document.hidden || this.#isBusy() || this.#renew(), milliseconds);
    this.signal.addEventListener("abort", () => clearInterval(timer));
  }

  // Nobody requested this reload, so its failure is not reported: the next event tries again.
  async #renew() {
    const { asking, rows } = this;
    const page = await this.#ask(asking?.signal ?? this.signal, true).catch(() => null);
    if (page === null || asking !== this.asking || this.#isBusy()) return false;
    const before = new Map(rows.map((row) => [row.id, row.revision]));
    this.#take(page);
    this.error = null;
    this.fresh = new Set(page.data.filter((row) => before.get(row.id) !== row.revision).map((row) => row.id));
    this.changed();
    this.renewed(page.data);
    return true;
  }

  // For what the rows are shown with, and is not part of them.
  drawAgain() {
    this.drawn = null;
    this.changed();
  }

  // What is in sight is drawn first, where something else is to be shown than before.
  get inSight() {
    return this.isWhole ? this.rows : this.rows.slice(0, inWindow());
  }

  drawRest() {
    if (this.isWhole) return;
    this.isWhole = true;
    this.drawAgain();
  }

  #isAtTop() {
    if (this.place === null) return !isReturning();
    return this.isTurning || window.scrollY === 0;
  }

  #take({ data, pagination }) {
    const part = JSON.stringify([this.matched, this.sort, this.cursors.length]);
    this.isWhole = data.length <= inWindow() || !this.#isAtTop() || part === this.shown;
    this.shown = part;
    this.drawn = null;
    this.rows = data.filter(isThere);
    this.count = this.rows.length;
    if (pagination.total !== undefined) {
      this.total = pagination.total - data.length + this.count;
      this.counted = this.matched;
    } else if (!this.isCounted) this.total = this.count;
    this.hasMore = pagination.hasMore;
    this.nextCursor = pagination.nextCursor;
  }

  get isPaged() {
    return !this.error && (this.cursors.length > 0 || this.hasMore);
  }

  get summary() {
    if (this.error) return "";
    if (!this.count) return this.isFiltered && !this.isPaged ? "Nothing found" : "";
    const first = this.cursors.length * this.limit;
    return `${number(first + 1)} to ${number(first + this.count)}${this.isCounted ? ` of ${number(this.total)}` : ""}`;
  }

  async turn(isForward) {
    if (isForward) this.cursors.push(this.nextCursor);
    else this.cursors.pop();
    this.#remember();
    this.isTurning = true;
    await this.#read();
    this.isTurning = false;
  }
}
