// An answer while it comes, and what it took: tokens, cost, time, and the model that gave it.

import { Problem } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { milliseconds, money, number, words } from "../../core/format.js";
import { href } from "../../core/router.js";
import { badge } from "../../parts/badges.js";
import { failure } from "../../parts/failure.js";
import { facts } from "../../parts/page.js";
import { table } from "../../parts/table.js";
import { reasons } from "./selection.js";

const COST_SOURCES = { provider: "as the provider bills it", manual: "at the model's own prices", live: "at the prices in the provider's list", catalogue: "at the catalogue's prices", "genai-prices": "at the prices of genai-prices" };
const KINDS = { input: "input", cachedInput: "read from cache", cacheWrite: "written to cache", cacheWrite1h: "written to cache for 1 hour", audioInput: "audio input", cachedAudioInput: "audio read from cache", imageInput: "image input",
  output: "output", reasoning: "reasoning", audioOutput: "audio output", imageOutput: "image output", webSearch: "web searches" };

export class Answer {
  constructor(stop) {
    this.started = performance.now();
    this.text = element("div", { class: "answer", tabindex: "0", "aria-label": "Answer" });
    this.state = element("p", { role: "status" }, badge("Waiting for the first word…", "info"));
    this.stop = element("button", { type: "button", class: "plain", onclick: stop }, "Stop");
    this.rest = element("div", { class: "stack" });
    this.element = element("section", { class: "card", "aria-label": "Answer" }, element("div", { class: "card-head" }, element("h2", {}, "Answer"), this.stop), this.state, this.text, this.rest);
    this.isOver = false;
  }

  take(name, data) {
    if (name === "delta") this.#add(data.text);
    if (name === "done") this.#done(data);
    if (name === "error") this.refused(new Problem(data));
  }

  #add(text) {
    if (this.text.textContent === "") replace(this.state, badge("Answering…", "info"), " first word after ", milliseconds(performance.now() - this.started));
    this.text.append(text);
  }

  #done(answer) {
    this.#over(badge(answer.finishReason === "stop" ? "Finished" : `Ended: ${words(answer.finishReason)}`, answer.finishReason === "stop" ? "good" : "warn"));
    const { usage, model } = answer;
    replace(this.rest, facts([
      ["Answered by", [element("a", { href: href(`/models/${model.id}`) }, model.name), element("small", {}, " ", element("code", {}, answer.answeredBy ?? model.providerModelId))]],
      ["Input tokens", number(usage.inputTokens)],
      ["Output tokens", number(usage.outputTokens)],
      usage.reasoningTokens ? ["of these, thinking", number(usage.reasoningTokens)] : null,
      usage.cachedInputTokens ? ["read from cache", number(usage.cachedInputTokens)] : null,
      ["Cost", answer.costUsd === null ? `not known. ${answer.costUnknownDetail ?? ""}` : [money(answer.costUsd), element("small", { class: "quiet" }, ` ${COST_SOURCES[answer.costSource] ?? ""}`)]],
      ...(answer.costParts.length > 2 ? answer.costParts.map((part) => [`Cost of ${KINDS[part.kind] ?? part.kind}`, `${money(part.costUsd)} for ${number(part.tokens)}`]) : []),
      ["Time", milliseconds(answer.latencyMs)],
    ]), attempts(answer.attempts));
  }

  refused(problem) {
    this.#over(badge("Failed", "bad"));
    const { attempts: made, candidates } = problem.document;
    replace(this.rest, failure(problem), made ? attempts(made) : null, candidates ? reasons(candidates) : null);
  }

  stopped() {
    this.#over(badge("Stopped", "warn"));
  }

  // The stream ended: it was cut off unless it said so.
  end() {
    if (!this.isOver) this.refused(new Problem({ detail: "The answer broke off before its end.", hint: "Run the prompt again." }));
  }

  #over(shown) {
    this.isOver = true;
    this.stop.remove();
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
