// The fields that select a model: a registered one, or requirements that a model must meet.

import { get, isAbort } from "../../core/api.js";
import { title } from "../../core/format.js";
import { MODELS } from "../../core/api-paths.js";
import { html, Store, useRef, useStore } from "../../core/view.js";
import { useTyping } from "../../parts/filters.js";
import { Field } from "../../parts/form.js";
import { promptObstacle } from "../models/model-types.js";

const OFFERED = 100;
const NEED = "";
const MOST_BESIDE = 4;

export class ModelSelector extends Store {
  static async prepared(query, signal) {
    const chosen = query.model ? await get(`${MODELS}/${query.model}`, {}, signal) : null;
    const selector = new ModelSelector(chosen, signal);
    await selector.offer("");
    return selector;
  }

  constructor(chosen, signal) {
    super();
    // Null for the one that fits best.
    this.chosen = chosen;
    this.signal = signal;
    /** @type {any[]} */
    this.offered = [];
    this.hasMore = false;
    /** @type {any[]} */
    this.beside = [];
    this.view = html`<${SelectorView} selector=${this} />`;
  }

  // Offers what fits the words that are searched for; what was chosen stays chosen.
  async offer(q) {
    this.asking?.abort();
    this.asking = new AbortController();
    const page = await get(MODELS, { enabled: true, q, limit: OFFERED }, AbortSignal.any([this.asking.signal, this.signal])).catch((error) => {
      if (isAbort(error)) return null;
      throw error;
    });
    if (page === null) return;
    this.offered = page.data.filter((model) => model.id !== this.chosen?.id && promptObstacle(model) === null);
    this.hasMore = page.pagination.hasMore;
    this.changed();
  }

  // In the order in which they are listed.
  get listed() {
    return this.chosen && !this.offered.includes(this.chosen) ? [this.chosen, ...this.offered] : this.offered;
  }

  choose(id) {
    this.offered = this.listed;
    this.chosen = this.listed.find((model) => model.id === id) ?? null;
    this.changed();
  }

  putBeside(models) {
    this.beside = models;
    this.changed();
  }

  // Whom a message goes to: those side by side, or else the one that is chosen.
  chosenOnes(values) {
    if (this.beside.length > 0) return this.beside.map((model) => ({ name: model.name, written: { modelId: model.id } }));
    return [{ name: this.chosen?.name ?? "Best match", written: this.written(values) }];
  }

  // Requirements do not apply when a model is named.
  written({ type, strategy, minContextWindow, maxCostPer1kTokens: cost }) {
    if (this.chosen) return { modelId: this.chosen.id };
    const needs = { type, strategy, minContextWindow, maxCostPer1kTokens: cost === null ? null : cost / 1000 };
    return { need: Object.fromEntries(Object.entries(needs).filter(([, value]) => value !== null && value !== "")) };
  }
}

function SelectorView({ selector }) {
  const { chosen, listed, hasMore, beside } = useStore(selector);
  const sought = useRef(null);
  const typed = useTyping(() => selector.offer(sought.current.value.trim()));
  const canAdd = chosen !== null && beside.length < MOST_BESIDE && !beside.some((model) => model.id === chosen.id);
  return html`<div class="fields">
    <${Field} name="find" label="Find a model" type="search" control=${sought} oninput=${typed} />
    <${Field} name="modelId" label="Model" type="choice" choices=${[[NEED, "Best match"], ...listed.map((model) => [model.id, `${model.name} (${model.modelId})`])]} value=${chosen?.id ?? NEED} onchange=${(event) => selector.choose(event.target.value)}>
      <p class="hint" role="status">${hasMore ? `The first ${OFFERED} are listed. Search to find others.` : ""}</p>
    <//>
    <div class="actions"><button type="button" class="plain" disabled=${!canAdd} onclick=${() => selector.putBeside([...beside, chosen])}>Add to the comparison</button></div>
    <ul class="chosen" aria-label="Models side by side">${beside.map((model) => html`<li key=${model.id}><span>${model.name}</span>
      <button type="button" class="plain close" aria-label="Remove ${model.name} from the comparison" onclick=${() => selector.putBeside(beside.filter((each) => each !== model))}>×</button></li>`)}</ul>
    <details hidden=${chosen !== null || beside.length > 0}><summary>Requirements</summary><div class="fields">
      <${Field} name="type" pointer="/need/type" label="Model type" type="choice" choices=${[["", "Any that answers in text"], ...["language", "multimodal", "vision"].map((type) => [type, title(type)])]} />
      <${Field} name="strategy" pointer="/need/strategy" label="Strategy" type="choice" choices=${[["preferred", "Preferred"], ["cheapest", "Cheapest"], ["fastest", "Fastest"]]} />
      <${Field} name="minContextWindow" pointer="/need/minContextWindow" label="Minimum context window" unit="tokens" type="number" min="1" step="1" />
      <${Field} name="maxCostPer1kTokens" pointer="/need/maxCostPer1kTokens" label="Maximum price" unit="USD per 1M tokens" type="number" min="0" max="1000000" />
    </div></details>
  </div>`;
}
