// The fields that select a model: a registered one, or requirements that a model must meet.

import { get } from "../../core/api.js";
import { title } from "../../core/format.js";
import { MODELS } from "../../core/api-paths.js";
import { field } from "../../parts/form.js";
import { promptObstacle } from "../models/vocabulary.js";

const OFFERED = 200;
const NEED = "";

export class ModelSelector {
  static async prepared(query, signal) {
    const { data } = await get(MODELS, { enabled: true, limit: OFFERED }, signal);
    if (query.model && !data.some((model) => model.id === query.model)) data.unshift(await get(`${MODELS}/${query.model}`, {}, signal));
    return new ModelSelector(data.filter((model) => model.id === query.model || promptObstacle(model) === null), query.model ?? NEED);
  }

  constructor(models, chosen) {
    this.model = field({ name: "modelId", label: "Model", type: "choice", value: chosen, choices: [[NEED, "Best match"], ...models.map((model) => [model.id, `${model.name} (${model.modelId})`])] });
    this.type = field({ name: "type", pointer: "/need/type", label: "Model type", type: "choice", choices: [["", "Any that answers in text"], ...["language", "multimodal", "vision"].map((type) => [type, title(type)])] });
    this.strategy = field({ name: "strategy", pointer: "/need/strategy", label: "Strategy", type: "choice", choices: [["preferred", "Preferred"], ["cheapest", "Cheapest"], ["fastest", "Fastest"]] });
    this.window = field({ name: "minContextWindow", pointer: "/need/minContextWindow", label: "Minimum context window", unit: "tokens", type: "number", min: 1, step: 1 });
    this.cost = field({ name: "maxCostPer1kTokens", pointer: "/need/maxCostPer1kTokens", label: "Maximum price", unit: "USD per 1k", type: "number", min: 0 });
    this.needs = [this.type, this.strategy, this.window, this.cost];
    this.fields = [this.model, ...this.needs];
    this.adjust();
  }

  // Requirements do not apply when a model is named.
  adjust() {
    for (const each of this.needs) each.element.hidden = this.model.read() !== NEED;
  }

  written() {
    if (this.model.read() !== NEED) return { modelId: this.model.read() };
    const given = this.needs.map((each) => [each.name, each.read()]).filter(([, value]) => value !== null && value !== "");
    return { need: Object.fromEntries(given) };
  }
}
