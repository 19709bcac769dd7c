// What models were used for: cost, tokens and calls over time, by model, provider, key, person or label.

import { get, isAbort } from "../../core/api.js";
import { allKeys, USAGE } from "../../core/api-paths.js";
import { element, replace, uniqueId } from "../../core/elements.js";
import { money, number } from "../../core/format.js";
import { href, remember } from "../../core/router.js";
import { action } from "../../old/action.js";
import { bars } from "../../old/chart.js";
import { failure } from "../../old/failure.js";
import { field } from "../../old/form.js";
import { card, nothing, page } from "../../old/page.js";
import { saveCsv } from "../../old/save-file.js";
import { DIMENSIONS, FILTERS } from "./dimensions.js";
import { dayOf, hourOf, seriesOf } from "./series.js";
import { groupTable, totals } from "./tables.js";

const MEASURES = { cost: ["Cost", money], tokens: ["Tokens", number], requests: ["Calls", number] };
const DAY_MS = 86_400_000;
const MOST_DAYS_BY_HOUR = 31;

const day = (moment) => new Date(moment).toISOString().slice(0, 10);

export async function show({ query, signal }) {
  return new Usage(query, signal).elements();
}

class Usage {
  constructor(query, signal) {
    this.signal = signal;
    this.from = field({ name: "from", label: "From", type: "date", value: query.from ?? day(Date.now() - 29 * DAY_MS) });
    this.to = field({ name: "to", label: "To", type: "date", value: query.to ?? day(Date.now()) });
    this.measure = field({ name: "measure", label: "Show", type: "choice", value: query.measure ?? "cost", choices: Object.entries(MEASURES).map(([key, [text]]) => [key, text]) });
    this.by = field({ name: "by", label: "By", type: "choice", value: query.by ?? "model", choices: [...Object.entries(DIMENSIONS).map(([key, { label }]) => [key, label]), ["", "Nothing"]] });
    const list = uniqueId("labels");
    this.label = field({ name: "name", label: "Name of the label", value: query.name ?? "team", maxlength: 100, list });
    this.labels = element("datalist", { id: list });
    this.unit = field({ name: "unit", label: "In", type: "choice", value: query.unit ?? "day", choices: [["day", "Days"], ["hour", "Hours"]] });
    this.fields = [this.from, this.to, this.measure, this.by, this.label, this.unit];
    this.only = Object.fromEntries(Object.keys(FILTERS).filter((name) => query[name]).map((name) => [name, query[name]]));
    this.place = element("div", { class: "stack" });
    this.narrowed = element("p", { class: "narrowed" });
  }

  async elements() {
    const bar = element("form", { class: "filters", onsubmit: (event) => event.preventDefault(), onchange: () => this.draw() }, this.fields.map((each) => each.element), this.labels);
    await this.draw();
    this.#offerLabels();
    const save = action("Save as CSV", { needs: "viewer", tone: "plain", run: () => saveCsv(USAGE, "usage.csv", { ...this.#wanted(), groupBy: [this.unit.read(), this.#dimension()?.groupBy(this.label.read())].filter(Boolean).join(",") }, this.signal) });
    return page("Usage", { lead: "Calls, tokens and cost. Days are in UTC; prices are those of the moment of each call.", actions: [save] }, bar, this.narrowed, this.place);
  }

  #wanted() {
    return { from: this.from.read(), to: this.to.read(), ...this.only };
  }

  #dimension() {
    const dimension = DIMENSIONS[this.by.read()] ?? null;
    return dimension === DIMENSIONS.label && this.label.read().trim() === "" ? null : dimension;
  }

  async draw() {
    const values = /** @type {any} */ (Object.fromEntries(this.fields.map((each) => [each.name, each.read()])));
    this.label.element.hidden = values.by !== "label";
    remember({ ...values, name: values.by === "label" ? values.name : "", ...this.only });
    replace(this.narrowed, Object.keys(this.only).length ? ["Only part of it is shown. ", element("a", { href: href("/usage", values) }, "Show all")] : null);
    this.place.setAttribute("aria-busy", "true");
    try {
      replace(this.place, await this.#drawn(values));
    } catch (error) {
      if (!isAbort(error)) replace(this.place, failure(error, () => this.draw()));
    }
    this.place.removeAttribute("aria-busy");
  }

  async #drawn({ unit, measure, by }) {
    const wanted = this.#wanted();
    if (unit === "hour" && Date.parse(wanted.to) - Date.parse(wanted.from) >= MOST_DAYS_BY_HOUR * DAY_MS) return nothing(`By the hour at most ${MOST_DAYS_BY_HOUR} days fit. Choose fewer days, or see them by day.`);
    const dimension = this.#dimension();
    const label = this.label.read().trim();
    const [all, groups, named] = await Promise.all([
      get(USAGE, { ...wanted, groupBy: unit }, this.signal),
      dimension ? get(USAGE, { ...wanted, groupBy: dimension.groupBy(label) }, this.signal) : null,
      dimension?.names ? dimension.names(this.signal) : [],
    ]);
    if (all.totals.requests === 0) return nothing("No model was called in this time.", element("a", { class: "button", href: href("/try") }, "Try one"));
    const ids = new Map(named.map(({ id, name }) => [id, name]));
    const names = (group) => dimension.name(group, ids, label);
    const one = dimension && { ...dimension, only: (group) => dimension.only(group, label) };
    const { points, series } = await seriesOf({ all, groups, by: one, unit, measure, wanted, names, signal: this.signal });
    const [text, show] = MEASURES[measure];
    const title = `${text} by ${unit}${dimension ? ` and ${dimension.label.toLowerCase()}` : ""}`;
    const narrow = (group) => one.only(group) && href("/usage", { ...wanted, measure, unit, by: by === "model" ? "key" : "model", ...one.only(group) });
    return [totals(all.totals), card(title, bars(points, series, { title, show, when: unit === "day" ? dayOf : hourOf, isWhole: measure !== "cost" })),
      dimension ? groupTable(groups, { head: dimension.label, names, cell: dimension.cell, narrow }) : null];
  }

  // Labels that keys have; others may be written.
  async #offerLabels() {
    const keys = await allKeys(this.signal).catch(() => []);
    replace(this.labels, [...new Set(keys.flatMap((key) => Object.keys(key.labels)))].map((value) => element("option", { value })));
  }
}
