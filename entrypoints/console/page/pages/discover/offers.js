// The offers of all providers in one table: filtered here, ticked, and imported together.

import { element, replace } from "../../core/elements.js";
import { number, perMillion, title, tokens } from "../../core/format.js";
import { href } from "../../core/router.js";
import { holds } from "../../core/search.js";
import { action } from "../../old/action.js";
import { badge, fewChips, lifecycle } from "../../old/badges.js";
import { choice, search } from "../../old/filters.js";
import { nothing } from "../../old/page.js";
import { Selection, table } from "../../old/table.js";
import { ownName, TYPES } from "../models/vocabulary.js";
import { redraw } from "../../old/redraw.js";
import { importOffers } from "./import.js";
import { SHOWN, statusesOf } from "./offer-status.js";

const STEP = 100;
const NAMED = 10;
const APART = 3;

export class Offers {
  constructor(providers, { refresh }) {
    this.providers = providers;
    this.names = new Map(providers.map((provider) => [provider.id, provider.name]));
    this.refresh = refresh;
    this.answers = new Map();
    this.most = STEP;
    this.filters = [search("q", "Search the offers"), choice("type", "Type", TYPES.map((type) => [type, title(type)])), choice("provider", "Provider", [...this.names]), choice("news", "Show", SHOWN)];
    for (const filter of this.filters) filter.set("", () => this.draw());
    this.place = element("div", {});
    this.missing = element("div", { class: "stack" });
    this.bar = element("div", { class: "bulk", role: "group", "aria-label": "Selected offers", hidden: true });
    this.selection = new Selection({ id: keyOf, name: (offer) => `${offer.name}, ${offer.modelId}`, changed: () => this.#drawBar() });
    this.element = element("section", { "aria-label": "Offers" },
      element("form", { class: "filters", onsubmit: (event) => event.preventDefault() }, this.filters.map((filter) => filter.element)), this.missing, this.bar, this.place);
  }

  get count() {
    return [...this.answers.values()].reduce((sum, { offers }) => sum + offers.length, 0);
  }

  restart() {
    this.answers.clear();
    this.selection.clear();
    this.draw();
  }

  put(providerId, offers, changes) {
    this.answers.set(providerId, { offers: offers.map((offer) => ({ ...offer, statuses: statusesOf(offer, changes) })), changes });
    this.drawing ??= requestAnimationFrame(() => this.draw());
  }

  #found() {
    const [text, type, provider, wanted] = this.filters.map((filter) => filter.value());
    return this.providers.flatMap(({ id }) => this.answers.get(id)?.offers ?? []).filter((offer) =>
      (!text || holds(`${offer.name} ${offer.modelId}`, text)) && (!type || offer.type === type)
      && (!provider || offer.providerId === provider) && (!wanted || offer.statuses.some(({ kind }) => kind === wanted)))
      .toSorted((one, other) => hasChanges(other) - hasChanges(one));
  }

  // Answers come faster than they can be seen: all that came since the last picture make the next one.
  draw() {
    this.drawing = null;
    const found = this.#found();
    redraw(this.missing, gone(this.names, this.answers));
    redraw(this.place, found.length === 0 ? (this.answers.size ? nothing("No offer matches.") : null) : [
      element("p", { class: "summary", role: "status" }, `${number(Math.min(found.length, this.most))} of ${number(found.length)} offers shown`),
      table(this.#columns(), found.slice(0, this.most), { caption: "Offers", selection: this.selection }),
      found.length > this.most ? element("div", { class: "paging" }, element("button", { type: "button", class: "plain", onclick: () => this.#more() }, "Show more")) : null,
    ]);
  }

  #more() {
    this.most += STEP;
    this.draw();
  }

  #columns() {
    return [
      { head: "Model", cell: (offer) => [offer.registeredModelId ? element("a", { href: href(`/models/${offer.registeredModelId}`) }, offer.name) : offer.name, ownName(offer)] },
      { head: "Provider", cell: (offer) => this.names.get(offer.providerId) },
      { head: "Status", cell: (offer) => element("span", { class: "badges" }, offer.statuses.map(({ text, tone }) => tone ? badge(text, tone) : element("span", { class: "quiet" }, text))) },
      { head: "Type", cell: (offer) => [title(offer.type), element("small", {}, fewChips(offer.capabilities))] },
      { head: "Context", numeric: true, cell: (offer) => tokens(offer.contextWindow) },
      { head: "In / out per 1M", numeric: true, cell: (offer) => `${perMillion(offer.pricing?.inputPer1kTokens)} / ${perMillion(offer.pricing?.outputPer1kTokens)}` },
      { head: "Stage", cell: (offer) => [lifecycle(offer.lifecycle), offer.retiresOn ? element("small", {}, `until ${offer.retiresOn}`) : null] },
    ];
  }

  #drawBar() {
    const chosen = this.selection.chosen;
    const fresh = chosen.filter((offer) => !offer.registeredModelId);
    const known = chosen.length - fresh.length;
    this.bar.hidden = chosen.length === 0;
    const bring = (text, options, tone = "") => action(text, { needs: "editor", tone, why: options.update || fresh.length ? null : "All of these are registered already.",
      run: () => importOffers(chosen, this.names, options, (ids) => this.#imported(ids)) });
    replace(this.bar, element("strong", { role: "status" }, `${chosen.length} selected`), known ? element("span", { class: "quiet" }, `${known} registered already`) : null,
      element("span", { class: "actions" }, bring("Import and enable", { enable: true }), bring("Import", { enable: false }, "plain"),
        known ? bring("Update what is registered", { enable: false, update: true }, "plain") : null),
      element("button", { type: "button", class: "plain", onclick: () => this.selection.clear() }, "Clear"));
  }

  async #imported(providerIds) {
    this.selection.clear();
    await Promise.all(providerIds.map((id) => this.refresh(id)));
  }
}

// What happened since last time stands first; all else keeps the provider's own order.
const hasChanges = (offer) => offer.statuses.some(({ kind }) => kind !== "new" && kind !== "registered") ? 1 : 0;

const keyOf = (offer) => `${offer.providerId} ${offer.modelId}`;

// What is missing since last time, by provider; of many providers only when asked for.
function gone(names, answers) {
  const found = [...answers].map(([id, { changes }]) => [names.get(id), (changes.missing ?? []).map((entry) => entry.modelId ?? entry)]).filter(([, missing]) => missing.length > 0);
  const notices = found.map(([name, missing]) => element("p", { class: "notice warn" }, element("span", {}, `${name} no longer offers ${missing.length === 1 ? "a model" : `${missing.length} models`}: `,
    element("code", {}, missing.slice(0, NAMED).join(", ")), missing.length > NAMED ? ` and ${missing.length - NAMED} more` : null)));
  return notices.length <= APART ? notices : element("details", {}, element("summary", {}, `${notices.length} providers no longer offer models that they did offer, or that are registered`), element("div", { class: "stack" }, notices));
}
