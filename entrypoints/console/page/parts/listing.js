// A list that is filtered, sorted and paged by the service; never more than one page of it is in the browser.

import { get, isAbort } from "../core/api.js";
import { element, replace, uniqueId } from "../core/elements.js";
import { number } from "../core/format.js";
import { remember } from "../core/router.js";

const PAGE = 50;
const TYPING_MS = 250;

export class Listing {
  // `draw(rows)` gives the elements of a page; `empty(isFiltered)` what is shown when there are none. A list that
  // cannot be sorted has a null for `sort`.
  constructor({ path, filters, query, signal, draw, empty, sort = "name", fixed = {}, limit = PAGE }) {
    Object.assign(this, { path, filters, signal, draw, empty, fixed, limit });
    this.sort = sort && (query.sort ?? sort);
    this.usualSort = sort;
    this.cursors = [];
    this.rows = [];
    this.place = element("div", { class: "rows" });
    this.count = element("p", { class: "quiet", role: "status", tabindex: "-1" });
    this.paging = element("div", { class: "paging" });
    this.bar = element("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() }, filters.map((filter) => filter.element));
    for (const filter of filters) filter.set(query[filter.name] ?? "", () => this.restart());
    this.element = element("div", { class: "listing" }, this.bar, this.count, this.place, this.paging);
  }

  get chosen() {
    return Object.fromEntries(this.filters.map((filter) => [filter.name, filter.value()]));
  }

  async restart() {
    this.cursors = [];
    remember({ ...this.chosen, sort: this.sort === this.usualSort ? "" : this.sort });
    await this.load();
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
    const query = { ...this.fixed, ...this.chosen, sort: this.sort, limit: this.limit, cursor: this.cursors.at(-1), includeTotal: true };
    try {
      const page = await get(this.path, query, AbortSignal.any([asked.signal, this.signal]));
      this.#show(page);
    } catch (error) {
      if (isAbort(error)) return;
      replace(this.count);
      replace(this.paging);
      replace(this.place, element("div", { class: "notice bad", role: "alert" }, element("p", {}, error.message),
        element("button", { type: "button", class: "plain", onclick: () => this.load() }, "Try again")));
    } finally {
      if (asked === this.asking) this.place.removeAttribute("aria-busy");
    }
  }

  #show({ data, pagination }) {
    this.rows = data;
    const first = this.cursors.length * this.limit;
    this.count.textContent = data.length ? `${number(first + 1)} to ${number(first + data.length)} of ${number(pagination.total)}` : "Nothing found";
    const isFiltered = Object.values(this.chosen).some(Boolean);
    const held = this.place.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    replace(this.place, data.length ? this.draw(data) : this.empty(isFiltered));
    if (held) this.#focus(held);
    const step = (text, able, move) => element("button", { type: "button", class: "plain", disabled: !able, onclick: move }, text);
    replace(this.paging, this.cursors.length || pagination.hasMore ? [
      step("← Previous", this.cursors.length > 0, () => this.#turn(() => this.cursors.pop())),
      step("Next →", pagination.hasMore, () => this.#turn(() => this.cursors.push(pagination.nextCursor))),
    ] : null);
  }

  // Rows are drawn anew: the focus goes where it was, or to what says how many there are.
  #focus(label) {
    const same = [...this.place.querySelectorAll("[aria-label]")].find((each) => each.getAttribute("aria-label") === label);
    (same ?? this.count).focus();
  }

  async #turn(move) {
    move();
    await this.load();
    this.element.scrollIntoView({ block: "start" });
  }
}

// A search box; it asks when the person has stopped typing.
export function search(name, label, { narrow = false } = {}) {
  const id = uniqueId(name);
  const input = element("input", { id, type: "search", name, autocomplete: "off", spellcheck: "false" });
  return { name, element: element("div", { class: narrow ? "filter" : "filter grow" }, element("label", { for: id }, label), input), value: () => input.value.trim(),
    set(value, changed) {
      let waiting = null;
      input.value = value;
      input.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(changed, TYPING_MS);
      });
    } };
}

export function choice(name, label, choices) {
  const id = uniqueId(name);
  const select = element("select", { id, name }, [["", "Any"], ...choices].map(([key, text]) => element("option", { value: key }, text)));
  return { name, element: element("div", { class: "filter" }, element("label", { for: id }, label), select), value: () => select.value,
    set(value, changed) {
      select.value = value;
      select.addEventListener("change", changed);
    } };
}

// A moment, given in the person's own time and asked for in UTC.
export function moment(name, label) {
  const id = uniqueId(name);
  const input = element("input", { id, type: "datetime-local", name });
  const instant = () => input.value ? new Date(input.value).toISOString() : "";
  return { name, element: element("div", { class: "filter" }, element("label", { for: id }, label), input), value: instant,
    set(value, changed) {
      if (value) input.value = localText(new Date(value));
      input.addEventListener("change", changed);
    } };
}

const localText = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
