// An answer while it comes, and what it took: tokens, cost, time, and the model that gave it.

import { Problem } from "../../core/api.js";
import { milliseconds, money, number, words } from "../../core/format.js";
import { markdown } from "../../core/markdown.js";
import { href } from "../../core/router.js";
import { html, Store, useRef, useStore } from "../../core/view.js";
import { badge } from "../../parts/badges.js";
import { copy } from "../../parts/copy.js";
import { failure } from "../../parts/failure.js";
import { facts } from "../../parts/page.js";
import { Table } from "../../parts/table.js";
import { reasons } from "./selection.js";

const COST_SOURCES = { provider: "as the provider bills it", manual: "at the model's own prices", live: "at the prices in the provider's list", catalogue: "at the catalogue's prices", "genai-prices": "at the prices of genai-prices" };
const KINDS = { input: "input", cachedInput: "read from cache", cacheWrite: "written to cache", cacheWrite1h: "written to cache for 1 hour", audioInput: "audio input", cachedAudioInput: "audio read from cache", imageInput: "image input",
  output: "output", reasoning: "reasoning", audioOutput: "audio output", imageOutput: "image output", webSearch: "web searches" };

// Often enough to be read along, seldom enough for long answers.
const DRAWN_MS = 120;

export class Answer extends Store {
  constructor() {
    super();
    this.started = performance.now();
    this.text = "";
    this.thoughts = "";
    /** @type {any[]} */
    this.parts = [];
    /** @type {Problem | null} */
    this.problem = null;
    this.isOver = false;
    this.drawing = null;
    this.state = badge("Waiting for the first word…", "info");
    this.written = null;
    this.rest = null;
    this.view = html`<${AnswerView} answer=${this} />`;
  }

  take(name, data) {
    if (name === "delta") this.#add(data.text);
    if (name === "reasoning") this.thoughts += data.text;
    if (name === "done") this.#done(data);
    if (name === "error") this.refused(new Problem(data));
    this.drawing ??= setTimeout(() => this.#draw(), DRAWN_MS);
  }

  #add(text) {
    if (this.text === "") this.state = html`${badge("Answering…", "info")} first word after ${milliseconds(performance.now() - this.started)}`;
    this.text += text;
  }

  #draw() {
    clearTimeout(this.drawing);
    this.drawing = null;
    if (this.text) this.written = markdown(this.text);
    this.changed();
  }

  #done(answer) {
    const { usage, finishReason, reasoning } = answer;
    this.parts = answer.parts;
    if (this.thoughts === "") this.thoughts = reasoning ?? "";
    const isGood = finishReason === "stop" || finishReason === "tool_calls";
    const took = [milliseconds(answer.latencyMs), `${number(usage.inputTokens)} in, ${number(usage.outputTokens)} out`, answer.costUsd === null ? "cost not known" : money(answer.costUsd)];
    this.rest = (place) => html`${answer.toolCalls.map((call) => html`<p>${badge(`Calls ${call.name}`, "info")} <code>${call.arguments}</code></p>`)}
      <div class="actions">
        ${this.text === "" ? null : html`<button type="button" class="plain copy" onclick=${() => copy(this.text, place.current)}>Copy the answer</button>`}
        <details><summary>Details</summary>${details(answer)}</details>
      </div>
      ${attempts(answer.attempts)}`;
    this.#over(html`${badge(isGood ? "Finished" : `Ended: ${words(finishReason)}`, isGood ? "good" : "warn")}<span class="quiet">${took.join(" · ")}</span>`);
  }

  refused(problem) {
    this.problem = problem;
    const { attempts: made, candidates } = problem.document;
    this.rest = () => html`${failure(problem)}${made ? attempts(made) : null}${candidates ? reasons(candidates) : null}`;
    this.#over(badge("Failed", "bad"));
  }

  stopped() {
    if (this.text) this.parts = [{ type: "text", text: this.text }];
    this.#over(badge("Stopped", "warn"));
  }

  // The stream ended: it was cut off unless it said so.
  end() {
    if (!this.isOver) this.refused(new Problem({ detail: "The answer broke off before its end.", hint: "Send the message again." }));
  }

  #over(state) {
    this.isOver = true;
    this.state = state;
    this.#draw();
  }
}

function AnswerView({ answer }) {
  const { state, thoughts, written, rest } = useStore(answer);
  const place = useRef(null);
  return html`<div class="turn">
    <p role="status">${state}</p>
    <details hidden=${thoughts === ""}><summary>Reasoning</summary><p class="said quiet">${thoughts}</p></details>
    <div class="answer" tabindex="0" role="group" aria-label="Answer" hidden=${written === null} ref=${place}>${written}</div>
    <div class="stack">${rest?.(place)}</div>
  </div>`;
}

const details = ({ usage, model, ...answer }) => facts([
  ["Answered by", html`<a href=${href(`/models/${model.id}`)}>${model.name}</a><small> <code>${answer.answeredBy ?? model.providerModelId}</code></small>`],
  ["Input tokens", number(usage.inputTokens)],
  ["Output tokens", number(usage.outputTokens)],
  usage.reasoningTokens ? ["of these, reasoning", number(usage.reasoningTokens)] : null,
  usage.cachedInputTokens ? ["read from cache", number(usage.cachedInputTokens)] : null,
  ["Cost", answer.costUsd === null ? `not known. ${answer.costUnknownDetail ?? ""}` : html`${money(answer.costUsd)}<small class="quiet"> ${COST_SOURCES[answer.costSource] ?? ""}</small>`],
  ...(answer.costParts.length > 2 ? answer.costParts.map((part) => [`Cost of ${KINDS[part.kind] ?? part.kind}`, `${money(part.costUsd)} for ${number(part.tokens)}`]) : []),
  ["Time", milliseconds(answer.latencyMs)],
  answer.ignoredFields.length ? ["Ignored fields", answer.ignoredFields.join(", ")] : null,
]);

const CALLS = [
  { head: "Model", cell: (call) => call.providerModelId },
  { head: "Outcome", cell: (call) => badge(words(call.outcome), call.outcome === "ok" ? "good" : "bad") },
  { head: "What", cell: (call) => call.message ?? "" },
  { head: "Time", numeric: true, cell: (call) => milliseconds(call.latencyMs) },
];

function attempts(made) {
  if (made.length < 2) return null;
  return html`<details open><summary>It took ${made.length} calls</summary><${Table} columns=${CALLS} rows=${made} caption="Calls" /></details>`;
}
