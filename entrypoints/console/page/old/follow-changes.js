// Reloads the page of a resource when somebody else changes it; offers to do so while a form is being filled in.

import { element } from "../core/elements.js";
import { follow } from "../core/live.js";
import { refresh } from "../core/router.js";
import { isFilledIn, isHeld } from "./redraw.js";

// `things` are the documents that the page was made from.
export function renewWith(things, signal) {
  const main = document.getElementById("main");
  const revisions = new Map(things.map((thing) => [thing.id, thing.revision]));
  follow({
    isNews: ({ aggregateId, revision }) => revision > revisions.get(aggregateId),
    isBusy: () => isHeld(main),
    renew: () => isFilledIn(main) ? offer(main) : refresh({ focus: false }),
    signal,
  });
}

function offer(main) {
  if (main.querySelector(".outdated")) return;
  const show = element("button", { type: "button", class: "plain", onclick: () => refresh({ focus: false }) }, "Show it as it is now");
  main.querySelector(".heading").after(element("div", { class: "notice outdated", role: "status" }, element("p", {}, "Somebody has changed this since it was shown."), show));
}
