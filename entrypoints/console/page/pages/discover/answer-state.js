// Shows beside the name of each provider whether and how it has answered.

import { element, replace } from "../../core/elements.js";
import { number } from "../../core/format.js";
import { badge, when } from "../../old/badges.js";

const WAITING = { unasked: null, waiting: element("span", { class: "quiet" }, "waits for its turn"), asking: badge("Asking…", "info") };

export function drawState(place, status, summary, again) {
  replace(place, status in WAITING ? WAITING[status]?.cloneNode(true) : status === "ok" ? good(summary) : bad(status, summary, again));
}

function good({ count, fetchedAt, cached, changes }) {
  const news = (changes?.added?.length ?? 0) + (changes?.returned?.length ?? 0);
  return [badge(`${number(count)} models`, "good"), news ? badge(`${news} new`, "info") : null, element("span", { class: "quiet" }, cached ? "remembered, from " : "asked ", when(fetchedAt))];
}

function bad(status, summary, again) {
  const { error } = summary;
  return [
    status === "stale" ? [badge("Does not answer", "warn"), element("span", {}, `${number(summary.count)} models from `, when(summary.fetchedAt))] : badge("Does not answer", "bad"),
    element("span", { class: "reason" }, error?.detail, error?.hint ? ` ${error.hint}` : ""),
    element("button", { type: "button", class: "plain", onclick: again }, "Ask again"),
  ];
}
