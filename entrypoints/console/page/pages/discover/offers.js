// The offers of all providers in one table: filtered here, ticked, and imported together.

import { date, inAndOut, number, title, tokens } from "../../core/format.js";
import { href } from "../../core/router.js";
import { holds } from "../../core/search.js";
import { html, Store, useStore } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, fewChips, lifecycle } from "../../parts/badges.js";
import { choice, chosenOf, FilterForm, search } from "../../parts/filters.js";
import { nothing } from "../../parts/page.js";
import { Selection, Table } from "../../parts/table.js";
import { ownName, TYPES } from "../models/model-types.js";
import { importOffers } from "./import.js";
import { SHOWN, statusesOf } from "./offer-status.js";

const STEP = 100;
const NAMED = 10;
const APART = 3;

export class Offers extends Store {
  constructor(providers, query, { refresh, filtered }) {
    super();
    this.providers = providers;
    this.names = new Map(providers.map((provider) => [provider.id, provider.name]));
    this.refresh = refresh;
    this.filtered = () => {
      filtered();
      this.changed();
    };
    this.answers = new Map();
    this.most = STEP;
    this.filters = [search("q", "Search the offers"), choice("type", "Type", TYPES.map((type) => [type, title(type)])), choice("provider", "Provider", [...this.names]), choice("news", "Show", SHOWN)];
    for (const filter of this.filters) filter.set(query[filter.name] ?? "");
    this.columns = columns(this.names);
    this.selection = new Selection({ id: keyOf, name: (offer) => `${offer.name}, ${offer.modelId}` });
    this.drawing = null;
    this.view = html`<${OffersView} offers=${this} />`;
  }

  get chosenFilters() {
    return Object.fromEntries(this.filters.map((filter) => [filter.name, filter.value()]));
  }

  get count() {
    return [...this.answers.values()].reduce((sum, { offers }) => sum + offers.length, 0);
  }

  restart() {
    this.answers.clear();
    this.selection.clear();
    this.changed();
  }

  // Answers come faster than they can be seen: all that came since the last picture make the next one.
  put(providerId, offers, changes) {
    this.answers.set(providerId, { offers: offers.map((offer) => ({ ...offer, statuses: statusesOf(offer, changes) })), changes });
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      this.changed();
    });
  }

  get found() {
    const [text, type, provider, wanted] = this.filters.map((filter) => filter.value());
    return this.providers.flatMap(({ id }) => this.answers.get(id)?.offers ?? []).filter((offer) =>
      (!text || holds(`${offer.name} ${offer.modelId}`, text)) && (!type || offer.type === type)
        && (!provider || offer.providerId === provider) && (!wanted || offer.statuses.some(({ kind }) => kind === wanted)))
      .toSorted((one, other) => hasChanges(other) - hasChanges(one));
  }

  more() {
    this.most += STEP;
    this.changed();
  }

  import(options) {
    return importOffers(this.selection.chosen, this.names, options, async (providerIds) => {
      this.selection.clear();
      await Promise.all(providerIds.map((id) => this.refresh(id)));
    });
  }
}

function OffersView({ offers }) {
  const { found, most, answers, filters, names, selection } = useStore(offers);
  const rows = () => html`<p class="summary" role="status">${number(Math.min(found.length, most))} of ${number(found.length)} offers shown</p>
    <${Table} columns=${offers.columns} rows=${found.slice(0, most)} caption="Offers" selection=${selection} />
    ${found.length > most ? html`<div class="paging"><button type="button" class="plain" onclick=${() => offers.more()}>Show more</button></div>` : null}`;
  return html`<section aria-label="Offers">
    <${FilterForm} chosen=${chosenOf(filters)}>${filters.map((filter) => filter.view(offers.filtered))}<//>
    <div class="stack narrowed">${gone(names, answers)}</div>
    <${Chosen} offers=${offers} />
    <div>${found.length > 0 ? rows() : answers.size ? nothing("No offer matches.") : null}</div>
  </section>`;
}

const columns = (names) => [
  { head: "Model", cell: (offer) => [offer.registeredModelId ? html`<a href=${href(`/models/${offer.registeredModelId}`)}>${offer.name}</a>` : offer.name, ownName(offer)] },
  { head: "Provider", cell: (offer) => names.get(offer.providerId) },
  { head: "Status", cell: (offer) => html`<span class="badges">${offer.statuses.map(({ text, tone }) => tone ? badge(text, tone) : html`<span class="quiet">${text}</span>`)}</span>` },
  { head: "Type", cell: (offer) => html`${title(offer.type)}<small>${fewChips(offer.capabilities)}</small>` },
  { head: "Context", numeric: true, cell: (offer) => tokens(offer.contextWindow) },
  { head: "In / out per 1M", numeric: true, cell: (offer) => inAndOut(offer.pricing) },
  { head: "Stage", cell: (offer) => [lifecycle(offer.lifecycle), offer.retiresOn ? html`<small>until ${date(offer.retiresOn)}</small>` : null] },
];

// What can be done with the offers that are selected.
function Chosen({ offers }) {
  const { selection, found, most } = useStore(offers);
  const { chosen } = useStore(selection);
  const isPart = chosen.length > 0 && found.some((offer) => !selection.has(offer)) && found.slice(0, most).every((offer) => selection.has(offer));
  const fresh = chosen.filter((offer) => !offer.registeredModelId);
  const known = chosen.length - fresh.length;
  const why = fresh.length ? null : "All of these are registered already.";
  return html`<div class="bulk" role="group" aria-label="Selected offers" hidden=${chosen.length === 0}>
    <strong role="status">${chosen.length} selected</strong>
    ${known ? html`<span class="quiet">${known} registered already</span>` : null}
    <span class="actions">
      ${isPart ? html`<${Action} needs="viewer" tone="plain" run=${() => selection.set(found, true)}>Select all ${number(found.length)} that match<//>` : null}
      <${Action} needs="editor" why=${why} run=${() => offers.import({ enable: true })}>Import and enable<//>
      <${Action} needs="editor" tone="plain" why=${why} run=${() => offers.import({ enable: false })}>Import<//>
      ${known ? html`<${Action} needs="editor" tone="plain" run=${() => offers.import({ enable: false, update: true })}>Update what is registered<//>` : null}
    </span>
    <button type="button" class="plain" onclick=${() => offers.selection.clear()}>Clear</button>
  </div>`;
}

// What happened since last time comes first; all else keeps the provider's own order.
const hasChanges = (offer) => offer.statuses.some(({ kind }) => kind !== "new" && kind !== "registered") ? 1 : 0;

const keyOf = (offer) => `${offer.providerId} ${offer.modelId}`;

// What is missing since last time, by provider; of many providers only when requested.
function gone(names, answers) {
  const found = [...answers].map(([id, { changes }]) => [names.get(id), (changes.missing ?? []).map((entry) => entry.modelId ?? entry)]).filter(([, missing]) => missing.length > 0);
  const notices = found.map(([name, missing]) => html`<p class="notice warn"><span>${name} no longer offers ${missing.length === 1 ? "a model" : `${missing.length} models`}: <code>${missing.slice(0, NAMED).join(", ")}</code>${missing.length > NAMED ? ` and ${missing.length - NAMED} more` : null}</span></p>`);
  return notices.length <= APART ? notices : html`<details><summary>${notices.length} providers no longer offer models that they did offer, or that are registered</summary><div class="stack">${notices}</div></details>`;
}
