// The way from an empty organization to its first answer.

import { href } from "../../core/router.js";
import { refusal } from "../../core/session.js";
import { html } from "../../core/view.js";
import { badge } from "../../parts/badges.js";
import { card } from "../../parts/page.js";

/** @type {[done: (now: any) => boolean, path: string, name: string, text: string, needs: string][]} */
const STEPS = [
  [({ providers }) => providers.pagination.total > 0, "/providers", "Add a provider", "An account with OpenAI, Anthropic, Google or any compatible service. Its key is encrypted.", "admin"],
  [({ models }) => models.pagination.total > 0, "/discover", "Choose models", "Discover what your providers offer, and import what you want to use.", "editor"],
  [({ month }) => month.totals.requests > 0, "/try", "Try a prompt", "See the answer, its tokens, its time and its cost.", "editor"],
  [({ keys }) => keys.pagination.total > 0, "/keys", "Issue an access key", "With it your programs use these models, within the limits and the budget that you set.", "admin"],
];

// Whether there is something to show figures of.
export const isBegun = (now) => STEPS.slice(0, 3).every(([done]) => done(now));

export function steps(now) {
  const next = STEPS.findIndex(([done]) => !done(now));
  return card("First steps", html`<ol class="steps">${STEPS.map(([done, path, name, text, needs], index) => {
    const isDone = done(now);
    const why = refusal(needs);
    return html`<li class=${isDone ? "done" : index === next ? "next" : null}>
      <h3>${name}${isDone ? [" ", badge("Done", "good")] : null}</h3>
      <p class="quiet">${text}</p>
      ${isDone ? null : why ? html`<p class="hint">${why}</p>` : html`<a class=${index === next ? "button" : "button plain"} href=${href(path)}>${name}</a>`}
    </li>`;
  })}</ol>`);
}
