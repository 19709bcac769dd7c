// The conversation with one model.

import { isAbort, Problem, stream } from "../../core/api.js";
import { events } from "../../core/events.js";
import { html, Store, useRef, useStore } from "../../core/view.js";
import { Field } from "../../parts/form.js";
import { Answer } from "./answer.js";

export class Conversation extends Store {
  // `choice` is how a request names the model; `earlier` the messages of another conversation that it takes over; `again(conversation,
  // content)` continues with what the tools have given.
  /** @param {{ name: string, written: any }} choice @param {any[]} earlier @param {{ again: (conversation: Conversation, content: any[]) => any }} options */
  constructor(choice, earlier, { again }) {
    super();
    this.choice = choice;
    this.messages = earlier.map(textOnly).filter(Boolean);
    this.isLater = earlier.length > 0;
    this.again = again;
    // What was said, as it is shown.
    this.turns = [];
    // Calls of tools whose results the person has to write.
    this.calls = [];
    this.view = html`<${ConversationView} key=${JSON.stringify(choice.written)} conversation=${this} />`;
  }

  // Asks with what the person has written; `content` are the parts of the message.
  async ask(content, { system, options, signal }) {
    const answer = new Answer();
    this.messages.push({ role: "user", content });
    this.turns = [...this.turns, written(content), answer.view];
    this.calls = [];
    this.changed();
    const messages = system.trim() === "" ? this.messages : [{ role: "system", content: system }, ...this.messages];
    try {
      const response = await stream("POST", "/api/ai/generate", { body: { ...this.choice.written, ...options, messages, stream: true }, signal });
      for await (const event of events(response)) answer.take(event.name, JSON.parse(event.data));
      answer.end();
    } catch (error) {
      if (isAbort(error)) answer.stopped();
      else if (error instanceof Problem) answer.refused(error);
      else throw error;
    }
    this.#keep(answer);
    return answer.problem;
  }

  // What went wrong is asked again with the next message, and is no part of the conversation.
  #keep({ parts }) {
    if (parts.length === 0) {
      this.messages.pop();
      return;
    }
    this.messages.push({ role: "assistant", content: parts });
    this.calls = parts.filter((part) => part.type === "toolCall");
    this.changed();
  }

  get isWaiting() {
    return this.calls.length > 0;
  }
}

function ConversationView({ conversation }) {
  const { choice, isLater, turns, calls } = useStore(conversation);
  return html`<section class="lane" aria-label=${choice.name}>
    <h2>${choice.name}</h2>
    ${isLater ? html`<p class="quiet">Takes over the conversation so far.</p>` : null}
    <div class="turns">${turns}${calls.length ? html`<${Results} calls=${calls} send=${(content) => conversation.again(conversation, content)} />` : null}</div>
  </section>`;
}

// What the functions give, which the person writes.
function Results({ calls, send }) {
  const controls = useRef(new Map()).current;
  const content = () => calls.map((call) => ({ type: "toolResult", callId: call.id, content: controls.get(call.id).value }));
  return html`<div class="results fields">
    ${calls.map((call) => html`<${Field} key=${call.id} name=${call.id} label="What ${call.name} gives" type="textarea" rows="2" help=${`Called with \`${call.arguments || "nothing"}\`.`} control=${(control) => controls.set(call.id, control)} />`)}
    <div class="buttons"><button type="button" onclick=${() => send(content())}>Send the results</button></div>
  </div>`;
}

const written = (content) => html`<div class="turn user">${content.map((part) => {
  if (part.type === "text") return html`<p class="said">${part.text}</p>`;
  if (part.type === "image") return html`<img src="data:${part.mediaType};base64,${part.data}" alt="The image that was sent" />`;
  return html`<p><span class="chip">${part.type === "toolResult" ? "Results of the tools" : part.filename}</span></p>`;
})}</div>`;

// What a model can take over from another: words and files, not calls and thoughts.
function textOnly({ role, content }) {
  const kept = content.filter((part) => ["text", "image", "document"].includes(part.type));
  return kept.length ? { role, content: kept } : null;
}
