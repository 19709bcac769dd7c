// The conversation with one model.

import { isAbort, Problem, stream } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { events } from "../../core/events.js";
import { field } from "../../old/form.js";
import { Answer } from "./answer.js";

export class Lane {
  // `choice` is how a request names the model; `earlier` the messages of another lane that it takes over.
  /** @param {{ name: string, written: any }} choice @param {any[]} earlier */
  constructor(choice, earlier, { again }) {
    this.choice = choice;
    this.messages = earlier.map(textOnly).filter(Boolean);
    this.again = again;
    this.turns = element("div", { class: "turns" });
    this.element = element("section", { class: "lane", "aria-label": choice.name }, element("h2", {}, choice.name),
      earlier.length ? element("p", { class: "quiet" }, "Takes over the conversation so far.") : null, this.turns);
  }

  // Asks with what the person has written; `content` are the parts of the message.
  async ask(content, { system, options, signal }) {
    this.messages.push({ role: "user", content });
    this.turns.append(written(content));
    const answer = new Answer();
    this.turns.append(answer.element);
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

  // What went wrong is asked anew with the next message, and is no part of the conversation.
  #keep(answer) {
    const parts = answer.parts;
    if (parts.length === 0) {
      this.messages.pop();
      return;
    }
    this.messages.push({ role: "assistant", content: parts });
    const calls = parts.filter((part) => part.type === "toolCall");
    if (calls.length > 0) this.turns.append(this.#results(calls));
  }

  get isWaiting() {
    return this.turns.lastElementChild?.classList.contains("results") ?? false;
  }

  // What the functions give, which the person writes.
  #results(calls) {
    const fields = calls.map((call) => field({ name: call.id, label: `What ${call.name} gives`, type: "textarea", rows: 2, help: `Called with \`${call.arguments || "nothing"}\`.` }));
    const send = element("button", { type: "button", onclick: () => {
      const content = calls.map((call, index) => ({ type: "toolResult", callId: call.id, content: fields[index].read() }));
      place.remove();
      this.again(this, content);
    } }, "Send the results");
    const place = element("div", { class: "results fields" }, fields.map((each) => each.element), element("div", { class: "buttons" }, send));
    return place;
  }
}

function written(content) {
  const shown = content.map((part) => {
    if (part.type === "text") return element("p", { class: "said" }, part.text);
    if (part.type === "image") return element("img", { src: `data:${part.mediaType};base64,${part.data}`, alt: "The image that was sent" });
    return element("p", {}, element("span", { class: "chip" }, part.type === "toolResult" ? "Results of the tools" : part.filename));
  });
  const made = element("div", { class: "turn user" });
  replace(made, shown);
  return made;
}

// What a model can take over from another: words and files, not calls and thoughts.
function textOnly({ role, content }) {
  const kept = content.filter((part) => ["text", "image", "document"].includes(part.type));
  return kept.length ? { role, content: kept } : null;
}
