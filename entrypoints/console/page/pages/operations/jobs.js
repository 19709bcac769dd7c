// The jobs of all processes: followed while they run, and kept in a list when they have ended.

import { ask, get, isAbort } from "../../core/api.js";
import { say, warn } from "../../core/messages.js";
import { html, Store, useStore } from "../../core/view.js";
import { failure } from "../../parts/failure.js";
import { card } from "../../parts/page.js";
import { isUnderWay, Job } from "./job.js";
import { outcome } from "./outcome.js";
import { jobName } from "./labels.js";

const JOBS = "/api/admin/jobs";
const SHOWN = 20;
const UNDER_WAY_MS = 700;
const IDLE_MS = 5000;

export class Jobs extends Store {
  // `onEnd` runs when a job has ended.
  constructor(signal) {
    super();
    this.signal = signal;
    this.list = [];
    this.own = new Set();
    this.onEnd = () => {};
    this.error = null;
    this.view = html`<${JobsView} jobs=${this} />`;
  }

  get underWay() {
    return this.list.filter(isUnderWay);
  }

  // Starts a job; it is refused with a Problem when another one prevents it.
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
      this.#fail(null);
    } catch (error) {
      if (!isAbort(error)) this.#fail(error);
    }
  }

  // Looks again and again until the page is left; a page that nobody sees requests nothing.
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
      this.#fail(null);
    } catch (error) {
      if (!isAbort(error)) this.#fail(error);
    }
  }

  #take(list) {
    const ran = new Set(this.underWay.map((job) => job.id));
    this.list = list.slice(0, SHOWN);
    const ended = this.list.filter((job) => ran.has(job.id) && !isUnderWay(job));
    this.changed();
    for (const job of ended.filter((each) => this.own.delete(each.id))) tell(job);
    if (ended.length) this.onEnd();
  }

  #fail(error) {
    if (error === this.error) return;
    this.error = error;
    this.changed();
  }
}

function JobsView({ jobs }) {
  const { list, error } = useStore(jobs);
  return card(`Latest ${SHOWN} jobs`, html`<div>${error ? failure(error) : null}</div>
    <p class="quiet" hidden=${list.length > 0}>Nothing was started yet.</p>
    <ol class="jobs">${list.map((job) => html`<${Job} key=${job.id} job=${job} jobs=${jobs} />`)}</ol>`);
}

// Whoever started it is notified of its end, wherever on the page they are.
function tell(job) {
  const { text, isWell } = outcome(job);
  if (isWell) say(`${jobName(job)}: ${text}`);
  else warn({ message: `${jobName(job)}: ${text}` });
}
