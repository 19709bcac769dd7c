// Which model would be selected, and the rule that kept or dropped each candidate.

import { ask } from "../../core/api.js";
import { href } from "../../core/router.js";
import { html } from "../../core/view.js";
import { badge } from "../../parts/badges.js";
import { card } from "../../parts/page.js";

const SHOWN = 50;

export async function explain(body, signal) {
  const { document } = await ask("POST", "/api/ai/select", { body, signal });
  const { selected, candidates, candidateCount } = document;
  const first = selected ? html`<strong>${selected.name}</strong> would be called first.` : "No registered model meets the requirements. The reasons are below.";
  return card("Which model, and why", html`<p role="status">${first}</p>`, reasons(candidates, candidateCount));
}

export const reasons = (candidates, count = candidates.length) => html`<ol class="candidates">${candidates.slice(0, SHOWN).map((candidate) => html`<li>
    <p class="badges">${candidate.kept ? badge(`Choice ${candidate.rank}`, candidate.rank === 1 ? "good" : "info") : badge("Dropped")}
      <a href=${href(`/models/${candidate.modelId}`)}>${candidate.name}</a><code class="quiet">${candidate.providerModelId}</code></p>
    <ul>${candidate.rules.map((rule) => html`<li class="quiet">${rule.detail}</li>`)}</ul>
  </li>`)}</ol>
  ${count > SHOWN ? html`<p class="quiet">and ${count - SHOWN} more</p>` : null}`;
