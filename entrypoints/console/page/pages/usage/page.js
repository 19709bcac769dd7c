// What models were used for: cost, tokens and calls over time, by model, provider, key, person or label.

import { get, isAbort } from "../../core/api.js";
import { allKeys, USAGE } from "../../core/api-paths.js";
import { money, number } from "../../core/format.js";
import { href, remember } from "../../core/router.js";
import { html, Store, useStore, useUniqueId } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { Bars } from "../../parts/chart.js";
import { failure } from "../../parts/failure.js";
import { FilterForm } from "../../parts/filters.js";
import { Field } from "../../parts/form.js";
import { card, nothing, page } from "../../parts/page.js";
import { saveCsv } from "../../parts/save-file.js";
import { DIMENSIONS, FILTERS } from "./dimensions.js";
import { dayOf, hourOf, seriesOf } from "./series.js";
import { groupTable, totals } from "./tables.js";

const MEASURES = { cost: ["Cost", money], tokens: ["Tokens", number], requests: ["Calls", number] };
const DAY_MS = 86_400_000;
const MOST_DAYS_BY_HOUR = 31;

const day = (moment) => new Date(moment).toISOString().slice(0, 10);

export async function show({ query, signal }) {
  const usage = new Usage(query, signal);
  await usage.draw();
  usage.offerLabels();
  const actions = html`<${Action} needs="viewer" tone="plain" run=${() => usage.save()}>Save as CSV<//>`;
  return page("Usage", { lead: "Calls, tokens and cost. Days are in UTC; prices are those of the moment of each call.", actions }, html`<${UsageView} usage=${usage} />`);
}

class Usage extends Store {
  constructor(query, signal) {
    super();
    this.signal = signal;
    /** @type {any} */
    this.values = { from: query.from ?? day(Date.now() - 29 * DAY_MS), to: query.to ?? day(Date.now()), measure: query.measure ?? "cost", by: query.by ?? "model", name: query.name ?? "team", unit: query.unit ?? "day" };
    this.only = Object.fromEntries(Object.keys(FILTERS).filter((name) => query[name]).map((name) => [name, query[name]]));
    this.labels = [];
    this.content = null;
    this.isAsking = false;
  }

  async draw(values = this.values) {
    this.values = values;
    remember({ ...values, name: values.by === "label" ? values.name : "", ...this.only });
    this.isAsking = true;
    this.changed();
    try {
      const content = await this.#read(values);
      if (values === this.values) this.content = content;
    } catch (error) {
      if (!isAbort(error)) this.content = failure(error, () => this.draw());
    }
    this.isAsking = values !== this.values;
    this.changed();
  }

  get #wanted() {
    return { from: this.values.from, to: this.values.to, ...this.only };
  }

  get #label() {
    return this.values.name.trim();
  }

  get #dimension() {
    const dimension = DIMENSIONS[this.values.by] ?? null;
    return dimension === DIMENSIONS.label && this.#label === "" ? null : dimension;
  }

  save() {
    const groupBy = [this.values.unit, this.#dimension?.groupBy(this.#label)].filter(Boolean).join(",");
    return saveCsv(USAGE, "usage.csv", { ...this.#wanted, groupBy }, this.signal);
  }

  async #read({ unit, measure, by }) {
    const wanted = this.#wanted;
    if (unit === "hour" && Date.parse(wanted.to) - Date.parse(wanted.from) >= MOST_DAYS_BY_HOUR * DAY_MS) return nothing(`By the hour, at most ${MOST_DAYS_BY_HOUR} days can be shown. Choose fewer days, or show them by day.`);
    const dimension = this.#dimension;
    const label = this.#label;
    const [all, groups, named] = await Promise.all([
      get(USAGE, { ...wanted, groupBy: unit }, this.signal),
      dimension ? get(USAGE, { ...wanted, groupBy: dimension.groupBy(label) }, this.signal) : null,
      dimension?.names ? dimension.names(this.signal) : [],
    ]);
    if (all.totals.requests === 0) return nothing("No model was called in this time.", html`<a class="button" href=${href("/try")}>Try one</a>`);
    const ids = new Map(named.map(({ id, name }) => [id, name]));
    const names = (group) => dimension.name(group, ids, label);
    const one = dimension && { ...dimension, only: (group) => dimension.only(group, label) };
    const { points, series } = await seriesOf({ all, groups, by: one, unit, measure, wanted, names, signal: this.signal });
    const [text, show] = MEASURES[measure];
    const title = `${text} by ${unit}${dimension ? ` and ${dimension.label.toLowerCase()}` : ""}`;
    const narrow = (group) => one.only(group) && href("/usage", { ...wanted, measure, unit, by: by === "model" ? "key" : "model", ...one.only(group) });
    return [
      totals(all.totals),
      card(title, html`<${Bars} points=${points} series=${series} title=${title} show=${show} when=${unit === "day" ? dayOf : hourOf} isWhole=${measure !== "cost"} />`),
      dimension ? groupTable(groups, { head: dimension.label, names, cell: dimension.cell, narrow }) : null,
    ];
  }

  // Labels that keys have; others may be written.
  async offerLabels() {
    const keys = await allKeys(this.signal).catch(() => []);
    this.labels = [...new Set(keys.flatMap((key) => Object.keys(key.labels)))];
    this.changed();
  }
}

const choicesOf = (named) => Object.entries(named).map(([key, { label }]) => [key, label]);

function UsageView({ usage }) {
  const { values, only, labels, content, isAsking } = useStore(usage);
  const list = useUniqueId("labels");
  const change = ({ currentTarget }) => usage.draw(Object.fromEntries(new FormData(currentTarget)));
  return html`<${FilterForm} onchange=${change}>
      <${Field} name="from" label="From" type="date" value=${values.from} />
      <${Field} name="to" label="To" type="date" value=${values.to} />
      <${Field} name="measure" label="Show" type="choice" value=${values.measure} choices=${Object.entries(MEASURES).map(([key, [text]]) => [key, text])} />
      <${Field} name="by" label="By" type="choice" value=${values.by} choices=${[...choicesOf(DIMENSIONS), ["", "Nothing"]]} />
      <${Field} name="name" label="Name of the label" value=${values.name} maxlength="100" list=${list} hidden=${values.by !== "label"} />
      <${Field} name="unit" label="In" type="choice" value=${values.unit} choices=${[["day", "Days"], ["hour", "Hours"]]} />
      <datalist id=${list}>${labels.map((each) => html`<option key=${each} value=${each} />`)}</datalist>
    <//>
    <p class="narrowed">${Object.keys(only).length ? html`Only part of it is shown. <a href=${href("/usage", values)}>Show all</a>` : null}</p>
    <div class="stack" aria-busy=${isAsking ? "true" : null}>${content}</div>`;
}
