// What happened to an access key: who changed what, and when.

import { get } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { stamp } from "../../old/badges.js";
import { failure } from "../../old/failure.js";
import { differences } from "../history/differences.js";
import { eventName } from "../history/names.js";

const PAGE = 30;

export async function timeline(path, signal) {
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
  return [list, more];
}

const entry = (event) => element("li", {},
  element("p", {}, element("strong", {}, eventName(event.type)), " by ", element(event.actorName ? "span" : "code", { title: event.actor }, event.actorName ?? event.actor)),
  element("p", { class: "quiet" }, stamp(event.at), ` · revision ${event.revision}`, event.reason ? ` · ${event.reason}` : ""),
  differences(event.changes));
