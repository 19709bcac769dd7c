// Running a prompt on a model that is named, or on the one that fits best.

import { isAbort, Problem, stream } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { events } from "../../core/events.js";
import { refusal } from "../../core/session.js";
import { action } from "../../parts/action.js";
import { field, Form } from "../../parts/form.js";
import { card, nothing, page } from "../../parts/page.js";
import { Answer } from "./answer.js";
import { ImageField } from "./image.js";
import { explain } from "./selection.js";
import { ModelSelector } from "./model-selector.js";

export async function show({ query, signal }) {
  const selector = await ModelSelector.prepared(query, signal);
  return new Attempt(selector, signal).elements();
}

class Attempt {
  constructor(selector, signal) {
    this.selector = selector;
    this.signal = signal;
    this.prompt = field({ name: "prompt", label: "Prompt", type: "textarea", rows: 6, required: true, class: "prose", spellcheck: "true" });
    this.image = new ImageField();
    this.most = field({ name: "maxTokens", pointer: "/config/maxTokens", label: "Max output tokens", unit: "tokens", type: "number", min: 1, step: 1 });
    this.temperature = field({ name: "temperature", pointer: "/config/temperature", label: "Temperature", type: "number", min: 0, max: 2 });
    this.output = element("div", { class: "stack" }, nothing("The answer shows here while it is written, with its tokens, its cost and the model that gave it."));
    const why = action("Which model, and why?", { needs: "viewer", tone: "plain", run: () => this.#explain() });
    this.form = new Form([this.prompt, this.image, ...selector.fields, this.most, this.temperature], { action: "Run the prompt", submit: () => this.#run(), extra: [why] });
    const reason = refusal("editor");
    if (reason) this.form.element.querySelector("[type=submit]").replaceWith(action("Run the prompt", { needs: "editor" }));
    this.form.body.classList.add("two");
    this.form.element.addEventListener("change", () => selector.adjust());
  }

  elements() {
    return page("Try it", { lead: "Runs a real prompt, at the price of the model. Neither the prompt nor the answer is stored." },
      element("div", { class: "columns" }, card(null, this.form.element), this.output));
  }

  async #explain() {
    this.form.clear();
    try {
      const body = { ...this.selector.written(), hasImages: this.image.read() !== null };
      replace(this.output, await explain(body, this.signal));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.form.show(error);
    }
  }

  async #run() {
    const stopping = new AbortController();
    const answer = new Answer(() => stopping.abort());
    replace(this.output, answer.element);
    try {
      const response = await stream("POST", "/api/ai/generate", { body: this.#written(), signal: AbortSignal.any([stopping.signal, this.signal]) });
      for await (const event of events(response)) answer.take(event.name, JSON.parse(event.data));
      answer.end();
    } catch (error) {
      if (isAbort(error)) return answer.stopped();
      if (!(error instanceof Problem)) throw error;
      answer.refused(error);
      if (error.errors.length) this.form.show(error);
    }
    return undefined;
  }

  #written() {
    const config = Object.fromEntries([["maxTokens", this.most.read()], ["temperature", this.temperature.read()]].filter(([, value]) => value !== null));
    const image = this.image.read();
    return { ...this.selector.written(), prompt: this.prompt.read(), stream: true, ...(image ? { images: [image] } : {}), ...(Object.keys(config).length ? { config } : {}) };
  }
}
