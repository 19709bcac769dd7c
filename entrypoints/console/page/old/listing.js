// A list that is filtered, sorted and paged by the service; never more than one page of it is in the browser.

import { get, isAbort } from "../core/api.js";
import { element, replace } from "../core/elements.js";
import { number } from "../core/format.js";
import { follow } from "../core/live.js";
import { remember, remembered } from "../core/router.js";
import { action } from "./action.js";
import { csvOf } from "../parts/csv.js";
import { failure } from "./failure.js";
import { field } from "./form.js";
import { isLeaving } from "../parts/remove-later.js";
import { isHeld, redraw } from "./redraw.js";
import { saveFile } from "./save-file.js";
import { views } from "./views.js";

const PAGE = 50;
const LARGEST = 200;

/** @type {[sort: string, label: string][]} */
export const SORTS = [["name", "Name"], ["-name", "Name, from Z"], ["-createdAt", "Newest first"], ["createdAt", "Oldest first"]];

export class Listing {
  // `draw(rows)` gives the elements of a page; `empty(isFiltered)` what is shown when there are none. A list that
  // cannot be sorted has a null for `sort`. It renews itself, and calls `renewed(rows)`, when somebody else causes an
  // event whose type begins like one of `about`; and every so many milliseconds, for what is no event. How many rows
  // there are in all is asked unless `isCounted` is false: with very many, counting takes longer than reading. `sorts`
  // are orders to choose from, for a list that has no heads of columns; `tools` stand beside the number of rows; `csv` is
  // the name of the file with all that match.
  constructor({ path, filters, query, signal, draw, empty, sort = "name", fixed = {}, limit = PAGE, about = [], every = 0, isCounted = true, sorts = [], tools = [], csv = null, renewed = () => {} }) {
    this.path = path;
    this.filters = filters;
    this.signal = signal;
    this.draw = draw;
    this.empty = empty;
    this.fixed = fixed;
    this.limit = limit;
    this.about = about;
    this.isCounted = isCounted;
    /** @type {(rows: any[]) => void} */
    this.renewed = renewed;
    this.sort = sort && (query.sort ?? sort);
    this.usualSort = sort;
    this.cursors = query.page ? remembered().cursors ?? [] : [];
    this.rows = [];
    this.total = 0;
    this.place = element("div", { class: "rows" });
    this.count = element("p", { class: "quiet", role: "status", tabindex: "-1" });
    this.paging = element("div", { class: "paging" });
    this.bar = element("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() }, filters.map((filter) => filter.element), sorts.length ? this.#order(sorts) : null);
    this.bar.hidden = filters.length === 0;
    for (const filter of filters) filter.set(query[filter.name] ?? "", () => this.restart());
    this.element = element("div", { class: "listing" }, this.bar, element("div", { class: "listing-head" }, this.count, element("div", { class: "tools" }, filters.length ? views() : null, tools, csv ? this.#saver(csv) : null)), this.place, this.paging);
    if (about.length > 0) follow({ isNews: (event) => this.#isNews(event), renew: () => this.#renew(), isBusy: () => this.#isBusy(), signal });
    document.addEventListener("removed", () => this.load(), { signal });
    if (every > 0) this.#renewEvery(every);
  }

  get chosen() {
    return Object.fromEntries(this.filters.map((filter) => [filter.name, filter.value()]));
  }

  get #isFiltered() {
    return Object.values(this.chosen).some(Boolean);
  }

  async restart() {
    this.cursors = [];
    this.#remember();
    await this.load();
  }

  #remember() {
    const page = this.cursors.length === 0 ? "" : this.cursors.length + 1;
    remember({ ...this.chosen, sort: this.sort === this.usualSort ? "" : this.sort, page }, { cursors: this.cursors });
  }

  #order(sorts) {
    const order = field({ name: "sort", label: "Sort by", type: "choice", choices: sorts, value: this.sort });
    order.control.addEventListener("change", () => this.sortBy(order.read()));
    order.element.className = "filter";
    return order.element;
  }

  async sortBy(sort) {
    this.sort = sort;
    await this.restart();
  }

  async load() {
    this.asking?.abort();
    this.asking = new AbortController();
    const asked = this.asking;
    this.place.setAttribute("aria-busy", "true");
    try {
      this.#show(await this.#ask(asked.signal));
    } catch (error) {
      if (isAbort(error)) return;
      replace(this.count);
      replace(this.paging);
      replace(this.place, failure(error, () => this.load()));
    } finally {
      if (asked === this.asking) this.place.removeAttribute("aria-busy");
    }
  }

  #ask(signal) {
    const query = { ...this.fixed, ...this.chosen, sort: this.sort, limit: this.limit, cursor: this.cursors.at(-1), includeTotal: this.isCounted || null };
    return get(this.path, query, AbortSignal.any([signal, this.signal]));
  }

  // All that match, page by page; `tell(count)` is called as they come.
  async everything(tell, signal) {
    const found = [];
    let cursor;
    do {
      const { data, pagination } = await get(this.path, { ...this.fixed, ...this.chosen, sort: this.sort, limit: LARGEST, cursor }, AbortSignal.any([signal, this.signal]));
      found.push(...data);
      tell(found.length);
      cursor = pagination.nextCursor;
    } while (cursor);
    return found;
  }

  // All that match as a file, for lists that the service itself gives in JSON alone.
  #saver(name) {
    return action("CSV", { needs: "viewer", tone: "plain", label: "CSV of all that match", run: async (button) => {
      const rows = await this.everything((count) => (button.title = `${number(count)} read`), this.signal);
      button.title = "";
      saveFile(name, csvOf(rows));
    } });
  }

  #isNews({ type, aggregateId, revision }) {
    const shown = this.rows.find((row) => row.id === aggregateId);
    return this.about.some((start) => type.startsWith(start)) && !(shown?.revision >= revision);
  }

  #isBusy() {
    return isHeld(this.place) || this.place.hasAttribute("aria-busy");
  }

  #renewEvery(milliseconds) {
    const timer = setInterval(() => document.hidden || this.#isBusy() || this.#renew(), milliseconds);
    this.signal.addEventListener("abort", () => clearInterval(timer));
  }

  // Nobody asked for this reload, so its failure is not reported: the next event tries again.
  async #renew() {
    const { asking, rows } = this;
    const page = await this.#ask(asking?.signal ?? this.signal).catch(() => null);
    if (page === null || asking !== this.asking || this.#isBusy()) return false;
    const before = new Map(rows.map((row) => [row.id, row.revision]));
    if (JSON.stringify(rows) === JSON.stringify(page.data.filter((row) => !isLeaving(row.id)))) this.#tell(page);
    else this.#show(page);
    for (const row of page.data) {
      if (before.get(row.id) !== row.revision) this.place.querySelector(`[data-key="${CSS.escape(row.id)}"]`)?.classList.add("fresh");
    }
    this.renewed(page.data);
    return true;
  }

  // For what the rows are shown with, and is not part of them.
  drawAgain() {
    if (this.rows.length > 0) redraw(this.place, this.draw(this.rows));
  }

  #show({ data, pagination }) {
    this.rows = data.filter((row) => !isLeaving(row.id));
    this.total = pagination.total ?? data.length;
    this.#tell({ data, pagination });
    // Rows are drawn anew: the focus goes where it was, or to what says how many there are.
    if (!redraw(this.place, this.rows.length ? this.draw(this.rows) : this.empty(this.#isFiltered))) this.count.focus({ preventScroll: true });
  }

  #tell({ data, pagination }) {
    const first = this.cursors.length * this.limit;
    const summary = data.length ? `${number(first + 1)} to ${number(first + data.length)}${this.isCounted ? ` of ${number(pagination.total)}` : ""}` : this.#isFiltered ? "Nothing found" : "";
    if (this.count.textContent !== summary) this.count.textContent = summary;
    const step = (text, able, move) => element("button", { type: "button", class: "plain", disabled: !able, onclick: move }, text);
    redraw(this.paging, this.cursors.length || pagination.hasMore ? [
      step("← Previous", this.cursors.length > 0, () => this.#turn(() => this.cursors.pop())),
      step("Next →", pagination.hasMore, () => this.#turn(() => this.cursors.push(pagination.nextCursor))),
    ] : null);
  }

  async #turn(move) {
    move();
    this.#remember();
    await this.load();
    this.element.scrollIntoView({ block: "start" });
  }
}
