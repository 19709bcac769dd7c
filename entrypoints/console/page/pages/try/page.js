// Conversations with models: with one that is named, with the one that fits best, or with up to four side by side.

import { Problem } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { refusal } from "../../core/session.js";
import { action } from "../../old/action.js";
import { field, Form } from "../../old/form.js";
import { nothing, page } from "../../old/page.js";
import { Attachments } from "./attachments.js";
import { Lane } from "./lane.js";
import { ModelSelector } from "./model-selector.js";
import { Options } from "./options.js";
import { explain } from "./selection.js";

export async function show({ query, signal }) {
  return new Playground(await ModelSelector.prepared(query, signal), signal).elements();
}

class Playground {
  constructor(selector, signal) {
    this.selector = selector;
    this.signal = signal;
    /** @type {Lane[]} */
    this.lanes = [];
    this.options = new Options();
    this.files = new Attachments();
    this.prompt = field({ name: "prompt", pointer: "/messages", label: "Prompt", type: "textarea", rows: 3, required: true, class: "prose", spellcheck: "true", help: "Ctrl+Enter sends it.",
      onkeydown: (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.form.button.isConnected && this.form.element.requestSubmit(this.form.button) });
    this.form = new Form([...selector.fields, ...this.options.fields, this.prompt, this.files], { action: "Run the prompt", submit: () => this.#say() });
    this.form.element.addEventListener("change", () => selector.adjust());
    this.conversation = element("div", { class: "lanes" }, EMPTY.cloneNode(true));
    this.output = element("div", {});
    this.stop = element("button", { type: "button", class: "plain", hidden: true, onclick: () => this.stopping.abort() }, "Stop");
    this.anew = element("button", { type: "button", class: "plain", hidden: true, onclick: () => this.#begin() }, "New conversation");
  }

  elements() {
    const why = action("Which model, and why?", { needs: "viewer", tone: "plain", run: () => this.#explain() });
    const run = refusal("editor") ? action("Run the prompt", { needs: "editor" }) : this.form.button;
    replace(this.form.body, element("div", { class: "playground" },
      element("section", { class: "card", "aria-label": "Models and options" }, this.selector.layout(), element("div", { class: "actions" }, why), this.output, this.options.layout()),
      element("section", { class: "card", "aria-label": "Conversation" }, this.conversation, this.prompt.element, this.files.element, element("div", { class: "buttons" }, this.anew, this.stop, run))));
    this.form.element.lastElementChild.remove();
    return page("Playground", { lead: "Runs real prompts, at the price of the models. Neither prompts nor answers are stored." }, this.form.element);
  }

  #begin() {
    this.lanes = [];
    replace(this.conversation, EMPTY.cloneNode(true));
    this.anew.hidden = true;
    this.prompt.control.focus();
  }

  async #explain() {
    this.form.clear();
    try {
      replace(this.output, await explain({ ...this.selector.written(), hasImages: this.files.hasImages }, this.signal));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.form.show(error);
    }
  }

  async #say() {
    const options = this.options.written();
    if (this.lanes.some((lane) => lane.isWaiting)) throw new Problem({ status: 422, code: "results-missing", detail: "A model waits for what its tools give. Send the results first." });
    this.#choose();
    const content = [{ type: "text", text: this.prompt.read() }, ...this.files.read()];
    const text = this.prompt.read();
    this.prompt.control.value = "";
    const problems = await this.#ask(this.lanes, content, options);
    if (problems.length === this.lanes.length) {
      // Nobody has answered: what was written can be changed and sent again.
      this.prompt.control.value = text;
      const problem = problems.find((each) => each.errors.length);
      if (problem) this.form.show(problem);
    } else this.files.clear();
  }

  // The models that are chosen now; one that comes later takes over what was said so far.
  #choose() {
    const earlier = this.lanes[0]?.messages ?? [];
    const before = new Map(this.lanes.map((lane) => [JSON.stringify(lane.choice.written), lane]));
    this.lanes = this.selector.chosenOnes().map((choice) => before.get(JSON.stringify(choice.written)) ?? new Lane(choice, earlier, { again: (lane, results) => this.form.busy(() => this.#ask([lane], results, this.options.written())) }));
    replace(this.conversation, this.lanes.map((lane) => lane.element));
    this.anew.hidden = false;
  }

  /** @returns {Promise<Problem[]>} */
  async #ask(lanes, content, options) {
    this.stopping = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, this.signal]);
    this.stop.hidden = false;
    try {
      const found = await Promise.all(lanes.map((lane) => lane.ask(content, { system: this.options.system.read(), options, signal })));
      return found.filter(Boolean);
    } finally {
      this.stop.hidden = true;
    }
  }
}

const EMPTY = nothing("Answers show here while they are written, with their time, their tokens and their cost. Up to four models can be compared side by side.");
