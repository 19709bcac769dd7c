// An answer while it comes, and what it took: tokens, cost, time, and the model that gave it.

import { Problem } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { milliseconds, money, number, words } from "../../core/format.js";
import { markdown } from "../../core/markdown.js";
import { href } from "../../core/router.js";
import { badge } from "../../old/badges.js";
import { copy } from "../../old/copy.js";
import { failure } from "../../old/failure.js";
import { facts } from "../../old/page.js";
import { table } from "../../old/table.js";
import { reasons } from "./selection.js";

const COST_SOURCES = { provider: "as the provider bills it", manual: "at the model's own prices", live: "at the prices in the provider's list", catalogue: "at the catalogue's prices", "genai-prices": "at the prices of genai-prices" };
const KINDS = { input: "input", cachedInput: "read from cache", cacheWrite: "written to cache", cacheWrite1h: "written to cache for 1 hour", audioInput: "audio input", cachedAudioInput: "audio read from cache", imageInput: "image input",
  output: "output", reasoning: "reasoning", audioOutput: "audio output", imageOutput: "image output", webSearch: "web searches" };

// Often enough to be read along, seldom enough for long answers.
const DRAWN_MS = 120;

export class Answer {
  constructor() {
    this.started = performance.now();
    this.text = "";
    this.thoughts = "";
    /** @type {any[]} */
    this.parts = [];
    /** @type {Problem | null} */
    this.problem = null;
    this.isOver = false;
    this.drawing = null;
    this.state = element("p", { role: "status" }, badge("Waiting for the first word…", "info"));
    this.reasoning = element("details", { hidden: true }, element("summary", {}, "Reasoning"), element("p", { class: "said quiet" }));
    this.place = element("div", { class: "answer", tabindex: "0", role: "group", "aria-label": "Answer" });
    this.place.hidden = true;
    this.rest = element("div", { class: "stack" });
    this.element = element("div", { class: "turn" }, this.state, this.reasoning, this.place, this.rest);
  }

  take(name, data) {
    if (name === "delta") this.#add(data.text);
    if (name === "reasoning") this.#think(data.text);
    if (name === "done") this.#done(data);
    if (name === "error") this.refused(new Problem(data));
  }

  #add(text) {
    if (this.text === "") replace(this.state, badge("Answering…", "info"), " first word after ", milliseconds(performance.now() - this.started));
    this.text += text;
    this.drawing ??= setTimeout(() => this.#draw(), DRAWN_MS);
  }

  #draw() {
    clearTimeout(this.drawing);
    this.drawing = null;
    this.place.hidden = this.text === "";
    replace(this.place, markdown(this.text));
  }

  #think(text) {
    this.thoughts += text;
    this.reasoning.hidden = false;
    this.reasoning.lastElementChild.textContent = this.thoughts;
  }

  #done(answer) {
    const { usage, model, finishReason, parts, toolCalls, reasoning } = answer;
    this.parts = parts;
    const isGood = finishReason === "stop" || finishReason === "tool_calls";
    this.#over(badge(isGood ? "Finished" : `Ended: ${words(finishReason)}`, isGood ? "good" : "warn"),
      element("span", { class: "quiet" }, [milliseconds(answer.latencyMs), `${number(usage.inputTokens)} in, ${number(usage.outputTokens)} out`, answer.costUsd === null ? "cost not known" : money(answer.costUsd)].join(" · ")));
    if (reasoning && this.thoughts === "") this.#think(reasoning);
    replace(this.rest, toolCalls.map((call) => element("p", {}, badge(`Calls ${call.name}`, "info"), " ", element("code", {}, call.arguments))),
      element("div", { class: "actions" }, this.text === "" ? null : element("button", { type: "button", class: "plain copy", onclick: () => copy(this.text, this.place) }, "Copy the answer"),
        element("details", {}, element("summary", {}, "Details"), facts([
          ["Answered by", [element("a", { href: href(`/models/${model.id}`) }, model.name), element("small", {}, " ", element("code", {}, answer.answeredBy ?? model.providerModelId))]],
          ["Input tokens", number(usage.inputTokens)],
          ["Output tokens", number(usage.outputTokens)],
          usage.reasoningTokens ? ["of these, reasoning", number(usage.reasoningTokens)] : null,
          usage.cachedInputTokens ? ["read from cache", number(usage.cachedInputTokens)] : null,
          ["Cost", answer.costUsd === null ? `not known. ${answer.costUnknownDetail ?? ""}` : [money(answer.costUsd), element("small", { class: "quiet" }, ` ${COST_SOURCES[answer.costSource] ?? ""}`)]],
          ...(answer.costParts.length > 2 ? answer.costParts.map((part) => [`Cost of ${KINDS[part.kind] ?? part.kind}`, `${money(part.costUsd)} for ${number(part.tokens)}`]) : []),
          ["Time", milliseconds(answer.latencyMs)],
          answer.ignoredFields.length ? ["Ignored fields", answer.ignoredFields.join(", ")] : null,
        ]))), attempts(answer.attempts));
  }

  refused(problem) {
    this.problem = problem;
    this.#over(badge("Failed", "bad"));
    const { attempts: made, candidates } = problem.document;
    replace(this.rest, failure(problem), made ? attempts(made) : null, candidates ? reasons(candidates) : null);
  }

  stopped() {
    if (this.text) this.parts = [{ type: "text", text: this.text }];
    this.#over(badge("Stopped", "warn"));
  }

  // The stream ended: it was cut off unless it said so.
  end() {
    if (!this.isOver) this.refused(new Problem({ detail: "The answer broke off before its end.", hint: "Send the message again." }));
  }

  #over(...shown) {
    this.isOver = true;
    if (this.text) this.#draw();
    replace(this.state, shown);
  }
}

function attempts(made) {
  if (made.length < 2) return null;
  return element("details", { open: true }, element("summary", {}, `It took ${made.length} calls`), table([
    { head: "Model", cell: (call) => call.providerModelId },
    { head: "Outcome", cell: (call) => badge(words(call.outcome), call.outcome === "ok" ? "good" : "bad") },
    { head: "What", cell: (call) => call.message ?? "" },
    { head: "Time", numeric: true, cell: (call) => milliseconds(call.latencyMs) },
  ], made, { caption: "Calls" }));
}
