// What is shown in place of something that could not be read.

import { element } from "../core/elements.js";

export function failure(error, again = null) {
  const hint = error.document?.hint;
  return element("div", { class: "notice bad", role: "alert" }, element("p", {}, error.message), hint ? element("p", {}, hint) : null,
    again ? element("button", { type: "button", class: "plain", onclick: again }, "Try again") : null);
}

export const removed = (kind) => element("div", { class: "notice warn removed", role: "status" }, element("p", {}, `There is no such ${kind} now. If it was removed, what happened to it is kept below.`));
