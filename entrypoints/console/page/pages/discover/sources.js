// The providers that can be asked, which of them are to be, and how each answers.

import { element } from "../../core/elements.js";
import { number } from "../../core/format.js";
import { holds } from "../../core/search.js";
import { search } from "../../old/filters.js";

// So many are all asked unless one says otherwise; of more, a person chooses.
const FEW = 12;

export class Sources {
  constructor(providers, wanted) {
    const isChosen = (provider) => wanted.length ? wanted.includes(provider.id) : providers.length <= FEW;
    this.rows = providers.map((provider) => row(provider, isChosen(provider), () => this.#tell()));
    this.count = element("span", { class: "quiet", role: "status" });
    this.sought = search("provider-name", "Search the providers", { narrow: true });
    this.sought.set("", () => this.#sift());
    const tick = (text, isTicked) => element("button", { type: "button", class: "plain", onclick: () => this.#tick(isTicked) }, text);
    const bar = element("div", { class: "filters" }, this.sought.element, element("div", { class: "actions" }, tick("Tick all shown", true), tick("Untick all shown", false), this.count));
    this.element = element("div", {}, providers.length > FEW ? bar : null, element("div", { class: providers.length > FEW ? "sources many" : "sources" }, this.rows.map((each) => each.element)));
    this.#tell();
  }

  get chosen() {
    return this.rows.filter(({ box }) => box.checked).map(({ id }) => id);
  }

  state(id) {
    return this.rows.find((each) => each.id === id).state;
  }

  #sift() {
    const text = this.sought.value();
    for (const { element: shown, name } of this.rows) shown.hidden = !holds(name, text);
  }

  #tick(isTicked) {
    for (const { element: shown, box } of this.rows) if (!shown.hidden) box.checked = isTicked;
    this.#tell();
  }

  #tell() {
    this.count.textContent = `${number(this.chosen.length)} of ${number(this.rows.length)} ticked`;
  }
}

function row({ id, name }, isChosen, changed) {
  const box = element("input", { type: "checkbox", checked: isChosen, onchange: changed });
  const state = element("span", { class: "state" });
  return { id, name, box, state, element: element("div", { class: "source", "data-provider": name }, element("label", {}, box, " ", element("strong", {}, name)), state) };
}
