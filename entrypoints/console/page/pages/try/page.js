// Conversations with models: with one that is named, with the one that fits best, or with up to four side by side.

import { Problem } from "../../core/api.js";
import { refusal } from "../../core/session.js";
import { html, Slot, Store, useStore } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { Field, Form, FormState } from "../../parts/form.js";
import { nothing, page } from "../../parts/page.js";
import { Attachments } from "./attachments.js";
import { Conversation } from "./conversation.js";
import { ModelSelector } from "./model-selector.js";
import { Options, optionsOf } from "./options.js";
import { explain } from "./selection.js";

export async function show({ query, signal }) {
  const playground = new Playground(await ModelSelector.prepared(query, signal), signal);
  return page("Playground", { lead: "Runs real prompts, at the price of the models. Neither prompts nor answers are stored." }, html`<${PlaygroundView} playground=${playground} />`);
}

class Playground extends Store {
  constructor(selector, signal) {
    super();
    this.selector = selector;
    this.signal = signal;
    this.form = new FormState();
    this.files = new Attachments((message) => message ? this.form.refuse([{ pointer: "/files", message }]) : this.form.clear());
    this.explanation = new Slot();
    /** @type {{ current: HTMLTextAreaElement | null }} */
    this.prompt = { current: null };
    /** @type {Conversation[]} */
    this.conversations = [];
    /** @type {AbortController | null} */
    this.stopping = null;
  }

  begin() {
    this.conversations = [];
    this.changed();
    this.prompt.current.focus();
  }

  async explain() {
    this.form.clear();
    try {
      this.explanation.put(await explain({ ...this.selector.written(this.form.values), hasImages: this.files.hasImages }, this.signal));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.form.show(error);
    }
  }

  async say(values) {
    const options = optionsOf(values);
    if (this.conversations.some((conversation) => conversation.isWaiting)) throw new Problem({ status: 422, code: "results-missing", detail: "A model waits for the results of its tools. Send them first." });
    this.#choose(values);
    const text = values.prompt;
    this.prompt.current.value = "";
    const problems = await this.#ask(this.conversations, [{ type: "text", text }, ...this.files.parts], values.system, options);
    if (problems.length === this.conversations.length) {
      // Nobody has answered: what was written can be changed and sent again.
      this.prompt.current.value = text;
      const problem = problems.find((each) => each.errors.length);
      if (problem) this.form.show(problem);
    } else this.files.put([]);
  }

  // The models that are chosen now; one that comes later takes over what was said so far.
  #choose(values) {
    const earlier = this.conversations[0]?.messages ?? [];
    const before = new Map(this.conversations.map((conversation) => [JSON.stringify(conversation.choice.written), conversation]));
    const again = (conversation, results) => this.form.busy(() => this.#ask([conversation], results, this.form.values.system, optionsOf(this.form.values)));
    this.conversations = this.selector.chosenOnes(values).map((choice) => before.get(JSON.stringify(choice.written)) ?? new Conversation(choice, earlier, { again }));
    this.changed();
  }

  /** @returns {Promise<Problem[]>} */
  async #ask(conversations, content, system, options) {
    const stopping = this.stopping = new AbortController();
    const signal = AbortSignal.any([stopping.signal, this.signal]);
    this.changed();
    try {
      const found = await Promise.all(conversations.map((conversation) => conversation.ask(content, { system, options, signal })));
      return found.filter(Boolean);
    } finally {
      this.stopping = null;
      this.changed();
    }
  }
}

function PlaygroundView({ playground }) {
  const { form, conversations, stopping, selector, explanation, files } = useStore(playground);
  const send = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && refusal("editor") === null) form.element.requestSubmit();
  };
  return html`<${Form} state=${form} submit=${(values) => playground.say(values)}>
    <div class="playground">
      <section class="card" aria-label="Models and options">
        ${selector.view}
        <div class="actions"><${Action} needs="viewer" tone="plain" run=${() => playground.explain()}>Which model, and why?<//></div>
        <${Options} />
      </section>
      <section class="card" aria-label="Conversation">
        <div class="explanation">${explanation.view}</div>
        <div class="lanes">${conversations.length ? conversations.map((conversation) => conversation.view) : nothing("Answers appear here while they are generated, with their time, tokens and cost. Up to four models can be compared side by side.")}</div>
        <${Field} name="prompt" pointer="/messages" label="Prompt" type="textarea" rows="3" required class="prose" spellcheck help="Ctrl+Enter sends it." control=${playground.prompt} onkeydown=${send} />
        ${files.view}
        <div class="buttons">
          <button type="button" class="plain" hidden=${conversations.length === 0} onclick=${() => playground.begin()}>New conversation</button>
          <button type="button" class="plain" hidden=${stopping === null} onclick=${() => stopping.abort()}>Stop</button>
          <${Run} form=${form} />
        </div>
      </section>
    </div>
  <//>`;
}

function Run({ form }) {
  const { isBusy } = useStore(form);
  if (refusal("editor")) return html`<${Action} needs="editor">Run the prompt<//>`;
  return html`<button type="submit" aria-disabled=${isBusy ? "true" : null}>Run the prompt</button>`;
}
