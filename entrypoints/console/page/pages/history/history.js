// Who changed a provider or a model, when, and from what to what; how it was at any revision, and the way back.

import { get } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { stamp } from "../../old/badges.js";
import { failure } from "../../old/failure.js";
import { card } from "../../old/page.js";
import { differences } from "./differences.js";
import { eventName } from "./names.js";
import { Past } from "./as-of.js";

const PAGE = 30;

// `now` is the document as it is; null when it was removed, and cannot be brought back.
/**
 * @param {string} path
 * @param {any} now
 * @param {{ needs: string, reverted?: () => void, signal: AbortSignal }} options
 */
export async function history(path, now, { needs, reverted, signal }) {
  const list = element("ol", { class: "timeline" });
  const more = element("div", { class: "paging" });
  const columns = element("div", { class: "columns" }, card("What happened", list, more));
  let past = null;
  // What was removed has a past up to the revision before.
  const open = (newest) => {
    past = new Past(path, now, { last: now?.revision ?? newest.revision - 1, needs, reverted, signal });
    columns.append(past.element);
  };
  const load = async (cursor) => {
    try {
      const { data, pagination } = await get(`${path}/history`, { limit: PAGE, cursor }, signal);
      if (past === null && data.length > 0) open(data[0]);
      list.append(...data.map((event) => entry(event, past)));
      replace(more, pagination.hasMore ? element("button", { type: "button", class: "plain", onclick: () => load(pagination.nextCursor) }, "Earlier changes") : null);
    } catch (error) {
      replace(more, failure(error, () => load(cursor)));
    }
  };
  await load();
  return columns;
}

function entry(event, past) {
  const isThere = event.revision <= past.last;
  return element("li", {},
    element("p", {}, element("strong", {}, eventName(event.type)), " by ", element(event.actorName ? "span" : "code", { title: event.actor }, event.actorName ?? event.actor)),
    element("p", { class: "quiet" }, stamp(event.at), ` · revision ${event.revision}`, event.reason ? ` · ${event.reason}` : "",
      isThere ? [" · ", element("button", { type: "button", class: "link", "aria-label": `How it was at revision ${event.revision}`, onclick: () => past.seek(event.revision) }, "How it was")] : null),
    isThere ? differences(event.changes) : null);
}
