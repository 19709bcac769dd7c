// The jobs of all processes: followed while they run, and kept in a list when they have ended.

import { ask, get, isAbort } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { say, warn } from "../../core/messages.js";
import { failure } from "../../old/failure.js";
import { card } from "../../old/page.js";
import { isUnderWay, JobEntry } from "./job.js";
import { outcome } from "./outcome.js";
import { jobName } from "./labels.js";

const JOBS = "/api/admin/jobs";
const SHOWN = 20;
const UNDER_WAY_MS = 700;
const IDLE_MS = 5000;

export class Jobs {
  // `onChange` runs at every change, `onEnd` when a job has ended.
  constructor(signal) {
    this.signal = signal;
    this.list = [];
    this.entries = new Map();
    this.own = new Set();
    this.onChange = () => {};
    this.onEnd = () => {};
    this.problem = element("div", {});
    this.rows = element("ol", { class: "jobs" });
    this.none = element("p", { class: "quiet" }, "Nothing was started yet.");
    this.element = card(`Jobs, the newest ${SHOWN}`, this.problem, this.none, this.rows);
  }

  get underWay() {
    return this.list.filter(isUnderWay);
  }

  // Starts a job; it is refused with a Problem when another one stands in its way.
  /** @param {string} path @param {{ body?: any, reason?: string }} [options] */
  async start(path, { body, reason } = {}) {
    const { document } = await ask("POST", path, { body, reason: reason || undefined, once: true });
    this.own.add(document.id);
    this.#take([document, ...this.list]);
    this.watch();
  }

  async stop(job) {
    const { document } = await ask("POST", `${JOBS}/${job.id}/cancel`);
    this.#take(this.list.map((each) => each.id === document.id ? document : each));
  }

  async load() {
    try {
      this.#take((await get(JOBS, { limit: SHOWN }, this.signal)).data);
      replace(this.problem);
    } catch (error) {
      if (!isAbort(error)) replace(this.problem, failure(error));
    }
  }

  // Looks again and again until the page is left; a page that nobody sees asks for nothing.
  watch() {
    clearTimeout(this.waiting);
    if (this.signal.aborted) return;
    this.waiting = setTimeout(async () => {
      if (this.underWay.length) await this.#look();
      else if (!document.hidden) await this.load();
      this.watch();
    }, this.underWay.length ? UNDER_WAY_MS : IDLE_MS);
  }

  async #look() {
    try {
      const looked = await Promise.all(this.underWay.map((job) => get(`${JOBS}/${job.id}`, {}, this.signal)));
      const byId = new Map(looked.map((job) => [job.id, job]));
      this.#take(this.list.map((job) => byId.get(job.id) ?? job));
      replace(this.problem);
    } catch (error) {
      if (!isAbort(error)) replace(this.problem, failure(error));
    }
  }

  #take(list) {
    const ran = new Set(this.underWay.map((job) => job.id));
    this.list = list.slice(0, SHOWN);
    const ended = this.list.filter((job) => ran.has(job.id) && !isUnderWay(job));
    this.#draw();
    this.onChange();
    for (const job of ended.filter((each) => this.own.delete(each.id))) tell(job);
    if (ended.length) this.onEnd();
  }

  #draw() {
    const kept = new Map(this.list.map((job) => [job.id, this.entries.get(job.id) ?? new JobEntry(this)]));
    for (const job of this.list) kept.get(job.id).update(job);
    this.entries = kept;
    const elements = [...kept.values()].map((entry) => entry.element);
    if (elements.some((each, index) => this.rows.children[index] !== each) || elements.length !== this.rows.childElementCount) replace(this.rows, elements);
    this.none.hidden = elements.length > 0;
  }
}

// Whoever started it hears of its end, wherever on the page they are.
function tell(job) {
  const { text, isWell } = outcome(job);
  if (isWell) say(`${jobName(job)}: ${text}`);
  else warn({ message: `${jobName(job)}: ${text}` });
}
