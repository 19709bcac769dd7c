// Which model is asked for: one by name, or whichever fits a need best.

import { get } from "../../core/api.js";
import { title } from "../../core/format.js";
import { MODELS } from "../../core/places.js";
import { field } from "../../parts/form.js";
import { mute } from "../models/kinds.js";

const OFFERED = 200;
const NEED = "";

export class Wish {
  static async prepared(query, signal) {
    const { data } = await get(MODELS, { enabled: true, limit: OFFERED }, signal);
    if (query.model && !data.some((model) => model.id === query.model)) data.unshift(await get(`${MODELS}/${query.model}`, {}, signal));
    return new Wish(data.filter((model) => model.id === query.model || mute(model) === null), query.model ?? NEED);
  }

  constructor(models, chosen) {
    this.model = field({ name: "modelId", label: "Model", type: "choice", value: chosen, choices: [[NEED, "Whichever fits best"], ...models.map((model) => [model.id, `${model.name} (${model.modelId})`])] });
    this.type = field({ name: "type", pointer: "/need/type", label: "What is needed", type: "choice", choices: [["", "Anything that answers in text"], ...["language", "multimodal", "vision"].map((type) => [type, title(type)])] });
    this.strategy = field({ name: "strategy", pointer: "/need/strategy", label: "Best is", type: "choice", choices: [["preferred", "The preferred"], ["cheapest", "The cheapest"], ["fastest", "The fastest lately"]] });
    this.window = field({ name: "minContextWindow", pointer: "/need/minContextWindow", label: "Context of at least", unit: "tokens", type: "number", min: 1, step: 1 });
    this.cost = field({ name: "maxCostPer1kTokens", pointer: "/need/maxCostPer1kTokens", label: "Costs at most", unit: "USD per 1k", type: "number", min: 0 });
    this.needs = [this.type, this.strategy, this.window, this.cost];
    this.fields = [this.model, ...this.needs];
    this.adjust();
  }

  // What a need says is of no use when a model is named.
  adjust() {
    for (const each of this.needs) each.element.hidden = this.model.read() !== NEED;
  }

  written() {
    if (this.model.read() !== NEED) return { modelId: this.model.read() };
    const given = this.needs.map((each) => [each.name, each.read()]).filter(([, value]) => value !== null && value !== "");
    return { need: Object.fromEntries(given) };
  }
}
