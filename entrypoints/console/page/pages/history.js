// Who changed a provider or a model, when, and from what to what.

import { get } from "../core/api.js";
import { element, replace } from "../core/elements.js";
import { label, time, value, words } from "../core/format.js";
import { failure } from "../parts/failure.js";

const PAGE = 30;

export async function history(path, signal) {
  const list = element("ol", { class: "timeline" });
  const more = element("div", { class: "paging" });
  const load = async (cursor) => {
    try {
      const { data, pagination } = await get(`${path}/history`, { limit: PAGE, cursor }, signal);
      list.append(...data.map(entry));
      replace(more, pagination.hasMore ? element("button", { type: "button", class: "plain", onclick: () => load(pagination.nextCursor) }, "Earlier changes") : null);
    } catch (error) {
      replace(more, failure(error, () => load(cursor)));
    }
  };
  await load();
  return element("div", { class: "card" }, list, more);
}

function entry(event) {
  return element("li", {},
    element("p", {}, element("strong", {}, eventName(event.type)), " by ", element("code", {}, event.actor)),
    element("p", { class: "quiet" }, element("time", { datetime: event.at }, time(event.at)), ` · revision ${event.revision}`, event.reason ? ` · ${event.reason}` : ""),
    differences(event.changes));
}

export const eventName = (type) => {
  const [about, what] = type.split(".");
  return `${about.charAt(0).toUpperCase()}${about.slice(1)} ${words(what ?? "")}`;
};

export function differences(changes) {
  const told = changes.filter(({ field }) => !["updatedAt", "revision", "organizationId", "createdAt", "id"].includes(field));
  if (told.length === 0) return null;
  return element("dl", { class: "diff" }, told.flatMap(({ field, before, after }) => [element("dt", {}, label(field)), element("dd", {},
    empty(before) ? null : [element("del", { class: "before" }, value(before)), " → "],
    empty(after) ? element("span", { class: "quiet" }, "nothing") : element("ins", { class: "after" }, value(after)))]));
}

const empty = (any) => any === null || any === undefined;
