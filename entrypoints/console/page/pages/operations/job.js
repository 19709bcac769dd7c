// A job as a line of the list: how far it is, or what came of it.

import { number, UNKNOWN } from "../../core/format.js";
import { html, useLayoutEffect, useRef } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, when } from "../../parts/badges.js";
import { evidence, outcome } from "./outcome.js";
import { jobName, stepName } from "./labels.js";

const STATES = { queued: ["Queued", "idle"], running: ["Running", "info"], succeeded: ["Done", "good"], failed: ["Failed", "bad"], interrupted: ["Stopped", "warn"] };

export const isUnderWay = (job) => job.state === "queued" || job.state === "running";

export function Job({ job, jobs }) {
  const place = useRef(null);
  const hadFocus = place.current?.contains(document.activeElement);
  // What can be done with it goes when it ends, and whoever was there stays at the job.
  useLayoutEffect(() => {
    if (hadFocus && !place.current.contains(document.activeElement)) place.current.focus();
  });
  return html`<li class="job" tabindex="-1" ref=${place}>
    <div class="job-head"><h3>${jobName(job)}</h3>${state(job)}<p class="quiet">${progressText(job)}</p></div>
    ${isUnderWay(job)
      ? html`${progress(job)}<div class="actions"><${Action} needs="platform" tone="plain" label="Stop: ${jobName(job)}" run=${() => jobs.stop(job)}>Stop<//></div>`
      : html`<p>${outcome(job).text}</p>${evidence(job, jobs)}`}
  </li>`;
}

function state(job) {
  if (job.state === "succeeded" && !outcome(job).isWell) return badge("Done, with findings", "warn");
  return badge(...STATES[job.state]);
}

function progressText(job) {
  return html`${when(job.createdAt)} by ${job.requestedBy}${job.organizationId ? html` for <code>${job.organizationId}</code>` : null}${job.finishedAt ? ` · took ${took(job)}` : null}${job.reason ? ` · ${job.reason}` : null}`;
}

function took({ startedAt, finishedAt }) {
  if (!startedAt) return UNKNOWN;
  const milliseconds = new Date(finishedAt).getTime() - new Date(startedAt).getTime();
  return milliseconds < 10_000 ? `${number(milliseconds)} ms` : `${number(Math.round(milliseconds / 1000))} s`;
}

// A bar with its step in words; without a total the bar only says that something is continuing.
export function progress(job) {
  const { step, done, total } = job;
  const label = `Progress of: ${jobName(job)}`;
  const bar = total ? html`<progress key="known" aria-label=${label} max=${total} value=${Math.min(done, total)} />` : html`<progress key="unknown" aria-label=${label} />`;
  return html`<div class="progress">${bar}<span class="quiet">${total ? `${stepName(step)}: ${number(Math.min(done, total))} of ${number(total)}` : stepName(step)}</span></div>`;
}
