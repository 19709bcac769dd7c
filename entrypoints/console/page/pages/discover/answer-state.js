// What is shown beside the name of each provider: whether and how it has answered.

import { number } from "../../core/format.js";
import { html } from "../../core/view.js";
import { badge, when } from "../../parts/badges.js";

export const UNASKED = null;
export const WAITING = html`<span class="quiet">queued</span>`;
export const ASKING = badge("Asking…", "info");

export const answerState = (status, summary, again) => status === "ok" ? good(summary) : bad(status, summary, again);

function good({ count, fetchedAt, cached, changes }) {
  const news = (changes?.added?.length ?? 0) + (changes?.returned?.length ?? 0);
  return html`${badge(`${number(count)} models`, "good")}${news ? badge(`${news} new`, "info") : null}<span class="quiet">${cached ? "cached, from " : "queried "}${when(fetchedAt)}</span>`;
}

function bad(status, summary, again) {
  const { error } = summary;
  return html`${badge("Does not answer", status === "stale" ? "warn" : "bad")}
    ${status === "stale" ? html`<span>${number(summary.count)} models from ${when(summary.fetchedAt)}</span>` : null}
    <span class="reason">${error?.detail}${error?.hint ? ` ${error.hint}` : ""}</span>
    <button type="button" class="plain" onclick=${again}>Ask again</button>`;
}
