// A job as a line of the list: how far it is, or what came of it.

import { element } from "../../core/elements.js";
import { number, UNKNOWN } from "../../core/format.js";
import { action } from "../../old/action.js";
import { badge, when } from "../../old/badges.js";
import { redraw } from "../../old/redraw.js";
import { evidence, outcome } from "./outcome.js";
import { jobName, stepName } from "./labels.js";

const STATES = { queued: ["Queued", "idle"], running: ["Running", "info"], succeeded: ["Done", "good"], failed: ["Failed", "bad"], interrupted: ["Stopped", "warn"] };

export const isUnderWay = (job) => job.state === "queued" || job.state === "running";

export class JobEntry {
  constructor(jobs) {
    this.jobs = jobs;
    this.element = element("li", { class: "job", tabindex: "-1" });
    this.drawn = null;
  }

  update(job) {
    if (JSON.stringify(job) === JSON.stringify(this.drawn)) return;
    if (this.drawn?.state === job.state && isUnderWay(job)) this.bar.update(job);
    else this.#draw(job);
    this.drawn = job;
  }

  #draw(job) {
    this.bar = isUnderWay(job) ? progress(job) : null;
    const isFocusKept = redraw(this.element,
      element("div", { class: "job-head" }, element("h3", {}, jobName(job)), state(job), element("p", { class: "quiet" }, progressText(job))),
      this.bar ? [this.bar.element, element("div", { class: "actions" }, action("Stop", { needs: "platform", tone: "plain", label: `Stop: ${jobName(job)}`, run: () => this.jobs.stop(job) }))]
        : [element("p", {}, outcome(job).text), evidence(job, this.jobs)]);
    if (!isFocusKept) this.element.focus();
  }
}

function state(job) {
  if (job.state === "succeeded" && !outcome(job).isWell) return badge("Done, with findings", "warn");
  return badge(...STATES[job.state]);
}

function progressText(job) {
  return [when(job.createdAt), ` by ${job.requestedBy}`, job.organizationId ? [" for ", element("code", {}, job.organizationId)] : null,
    job.finishedAt ? ` · took ${took(job)}` : null, job.reason ? ` · ${job.reason}` : null];
}

function took({ startedAt, finishedAt }) {
  if (!startedAt) return UNKNOWN;
  const milliseconds = new Date(finishedAt).getTime() - new Date(startedAt).getTime();
  return milliseconds < 10_000 ? `${number(milliseconds)} ms` : `${number(Math.round(milliseconds / 1000))} s`;
}

// A bar with its step in words; without a total the bar only says that something is going on.
export function progress(job) {
  const bar = element("progress", { "aria-label": `Progress of: ${jobName(job)}` });
  const words = element("span", { class: "quiet" });
  const update = ({ step, done, total }) => {
    words.textContent = total ? `${stepName(step)}: ${number(Math.min(done, total))} of ${number(total)}` : stepName(step);
    if (total) {
      bar.max = total;
      bar.value = Math.min(done, total);
    } else bar.removeAttribute("value");
  };
  update(job);
  return { element: element("div", { class: "progress" }, bar, words), update };
}
