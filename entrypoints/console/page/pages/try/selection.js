// Which model would be selected, and the rule that kept or dropped each candidate.

import { ask } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { href } from "../../core/router.js";
import { badge } from "../../old/badges.js";
import { card } from "../../old/page.js";

const SHOWN = 50;

export async function explain(body, signal) {
  const { document } = await ask("POST", "/api/ai/select", { body, signal });
  const { selected, candidates, candidateCount } = document;
  return card("Which model, and why",
    element("p", { role: "status" }, selected ? [element("strong", {}, selected.name), " would be asked first."] : "No registered model meets the requirements. The reasons are below."),
    reasons(candidates, candidateCount));
}

export function reasons(candidates, count = candidates.length) {
  return [element("ol", { class: "candidates" }, candidates.slice(0, SHOWN).map((candidate) => element("li", {},
    element("p", { class: "badges" }, candidate.kept ? badge(`Choice ${candidate.rank}`, candidate.rank === 1 ? "good" : "info") : badge("Dropped"),
      element("a", { href: href(`/models/${candidate.modelId}`) }, candidate.name), element("code", { class: "quiet" }, candidate.providerModelId)),
    element("ul", {}, candidate.rules.map((rule) => element("li", { class: "quiet" }, rule.detail)))))),
  count > SHOWN ? element("p", { class: "quiet" }, `and ${count - SHOWN} more`) : null];
}
