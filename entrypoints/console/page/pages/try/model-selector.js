// The fields that select a model: a registered one, or requirements that a model must meet.

import { get, isAbort } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { title } from "../../core/format.js";
import { MODELS } from "../../core/api-paths.js";
import { whenTyped } from "../../old/filters.js";
import { field } from "../../old/form.js";
import { promptObstacle } from "../models/vocabulary.js";

const OFFERED = 100;
const NEED = "";
const MOST_BESIDE = 4;

export class ModelSelector {
  static async prepared(query, signal) {
    const chosen = query.model ? await get(`${MODELS}/${query.model}`, {}, signal) : null;
    const selector = new ModelSelector(chosen, signal);
    await selector.offer();
    return selector;
  }

  constructor(chosen, signal) {
    this.chosen = chosen;
    this.signal = signal;
    this.model = field({ name: "modelId", label: "Model", type: "choice", choices: [[NEED, "Best match"]] });
    this.search = field({ name: "find", label: "Find a model", type: "search" });
    whenTyped(this.search.control, () => this.offer());
    this.found = element("p", { class: "hint", role: "status" });
    this.model.element.append(this.found);
    this.type = field({ name: "type", pointer: "/need/type", label: "Model type", type: "choice", choices: [["", "Any that answers in text"], ...["language", "multimodal", "vision"].map((type) => [type, title(type)])] });
    this.strategy = field({ name: "strategy", pointer: "/need/strategy", label: "Strategy", type: "choice", choices: [["preferred", "Preferred"], ["cheapest", "Cheapest"], ["fastest", "Fastest"]] });
    this.window = field({ name: "minContextWindow", pointer: "/need/minContextWindow", label: "Minimum context window", unit: "tokens", type: "number", min: 1, step: 1 });
    this.cost = field({ name: "maxCostPer1kTokens", pointer: "/need/maxCostPer1kTokens", label: "Maximum price", unit: "USD per 1M tokens", type: "number", min: 0 });
    /** @type {any[]} */
    this.offered = [];
    this.needs = [this.type, this.strategy, this.window, this.cost];
    this.fields = [this.search, this.model, ...this.needs];
    this.requirements = element("details", {});
    /** @type {any[]} */
    this.beside = [];
    this.chips = element("ul", { class: "chosen", "aria-label": "Models side by side" });
    this.adder = element("button", { type: "button", class: "plain", onclick: () => this.#add() }, "Add to the comparison");
    this.adjust();
  }

  // All fields in their order, for the page.
  layout() {
    this.requirements.append(element("summary", {}, "Requirements"), element("div", { class: "fields" }, this.needs.map((each) => each.element)));
    return element("div", { class: "fields" }, this.search.element, this.model.element, element("div", { class: "actions" }, this.adder), this.chips, this.requirements);
  }

  // Offers what fits the words that are searched for; what was chosen stays chosen.
  async offer() {
    this.asking?.abort();
    this.asking = new AbortController();
    const page = await get(MODELS, { enabled: true, q: this.search.read().trim(), limit: OFFERED }, AbortSignal.any([this.asking.signal, this.signal])).catch((error) => {
      if (isAbort(error)) return null;
      throw error;
    });
    if (page === null) return;
    const id = this.model.control.dataset.offered ? this.model.read() : this.chosen?.id;
    this.model.control.dataset.offered = "true";
    this.chosen = [this.chosen, ...this.offered].find((model) => model?.id === id) ?? null;
    this.offered = page.data.filter((model) => model.id !== this.chosen?.id && promptObstacle(model) === null);
    const options = [this.chosen, ...this.offered].filter(Boolean).map((model) => element("option", { value: model.id, selected: model.id === id }, `${model.name} (${model.modelId})`));
    replace(this.model.control, element("option", { value: NEED }, "Best match"), options);
    this.found.textContent = page.pagination.hasMore ? `The first ${OFFERED} are listed. Search to find others.` : "";
  }

  // Requirements do not apply when a model is named.
  adjust() {
    this.requirements.hidden = this.model.read() !== NEED || this.beside.length > 0;
    const id = this.model.read();
    this.adder.disabled = id === NEED || this.beside.length >= MOST_BESIDE || this.beside.some((model) => model.id === id);
  }

  #add() {
    const model = [this.chosen, ...this.offered].find((each) => each?.id === this.model.read());
    if (!model) return;
    this.beside = [...this.beside, model];
    this.#drawChips();
  }

  #drawChips() {
    this.adjust();
    replace(this.chips, this.beside.map((model) => element("li", {}, element("span", {}, model.name), element("button", { type: "button", class: "plain close", "aria-label": `Do not ask ${model.name}`, onclick: () => {
      this.beside = this.beside.filter((each) => each.id !== model.id);
      this.#drawChips();
    } }, "×"))));
  }

  // Whom a message goes to: those side by side, or else the one that is chosen.
  chosenOnes() {
    if (this.beside.length > 0) return this.beside.map((model) => ({ name: model.name, written: { modelId: model.id } }));
    const model = [this.chosen, ...this.offered].find((each) => each?.id === this.model.read());
    return [{ name: model?.name ?? "Best match", written: this.written() }];
  }

  written() {
    if (this.model.read() !== NEED) return { modelId: this.model.read() };
    const given = this.needs.map((each) => [each.name, each === this.cost && each.read() !== null ? each.read() / 1000 : each.read()]).filter(([, value]) => value !== null && value !== "");
    return { need: Object.fromEntries(given) };
  }
}
