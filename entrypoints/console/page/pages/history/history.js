// Who changed a provider or a model, when, and from what to what; how it was at any revision, and the way back.

import { get } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { time } from "../../core/format.js";
import { failure } from "../../parts/failure.js";
import { card } from "../../parts/page.js";
import { differences, eventName } from "./differences.js";
import { past } from "./past.js";

const PAGE = 30;

// `now` is the document as it is; null when it was removed, and cannot be brought back.
export async function history(path, now, { role, reverted, signal }) {
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
  return element("div", { class: "columns" }, card("What happened", list, more), now ? past(path, now, { role, reverted, signal }) : null);
}

function entry(event) {
  return element("li", {},
    element("p", {}, element("strong", {}, eventName(event.type)), " by ", element("code", {}, event.actor)),
    element("p", { class: "quiet" }, element("time", { datetime: event.at }, time(event.at)), ` · revision ${event.revision}`, event.reason ? ` · ${event.reason}` : ""),
    differences(event.changes));
}
