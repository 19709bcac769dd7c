// What is shown in place of something that could not be read.

import { element } from "../core/elements.js";

// No status at all has what is not an answer: the code of a page that did not come.
const UNREACHED = new Set([undefined, 0, 503]);

// What failed because the service was away is tried again by itself when it is back.
export function failure(error, again = null) {
  const hint = error.document?.hint;
  const made = element("div", { class: "notice bad", role: "alert" }, element("p", {}, error.message), hint ? element("p", {}, hint) : null,
    again ? element("button", { type: "button", class: "plain", onclick: again }, "Try again") : null);
  if (again && UNREACHED.has(error.status)) document.addEventListener("back", () => made.isConnected && again(), { once: true });
  return made;
}

export const removed = (kind) => element("div", { class: "notice warn removed", role: "status" }, element("p", {}, `There is no such ${kind} now. If it was removed, what happened to it is kept below.`));
