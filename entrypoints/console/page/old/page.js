// What every page begins with: its heading, what it is for, and what can be done on it.

import { element } from "../core/elements.js";
import { comeBack, lastPlace } from "../core/router.js";

/** @param {string} heading @param {{ lead?: string, actions?: any[], back?: string[] }} [options] @param {any[]} content */
export function page(heading, { lead, actions = [], back } = {}, ...content) {
  return [
    element("div", { class: "heading" },
      element("div", {}, back ? element("a", { class: "back", href: lastPlace(back[0]), onclick: comeBack }, `← ${back[1]}`) : null, element("h1", {}, heading), lead ? element("p", { class: "quiet lead" }, lead) : null),
      element("div", { class: "actions" }, actions)),
    ...content,
  ];
}

export const card = (heading, ...content) => element("section", { class: "card" }, heading ? element("h2", {}, heading) : null, content);

export const facts = (pairs) => element("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value, kind]) => element("div", { class: kind }, element("dt", {}, name), element("dd", {}, value))));

export const nothing = (text, ...more) => element("div", { class: "nothing" }, element("p", {}, text), more);
