// What became of a webhook's messages, newest first.

import { get } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { milliseconds, number } from "../../core/format.js";
import { badge, when } from "../../old/badges.js";
import { failure } from "../../old/failure.js";
import { nothing } from "../../old/page.js";
import { table } from "../../old/table.js";
import { eventName } from "../history/names.js";

const PAGE = 25;
const TONES = { delivered: "good", retrying: "warn", failed: "bad" };
const WORDS = { delivered: "Delivered", retrying: "Tried again", failed: "Failed" };

const COLUMNS = [
  { head: "Event", cell: (row) => [eventName(row.type), row.position ? element("span", { class: "quiet" }, ` · ${number(row.position)}`) : null] },
  { head: "State", cell: (row) => badge(WORDS[row.status] ?? row.status, TONES[row.status]) },
  { head: "Attempts", numeric: true, cell: (row) => number(row.attempts) },
  { head: "Answer", cell: (row) => row.failure ?? `status ${row.responseStatus}` },
  { head: "Time", numeric: true, cell: (row) => milliseconds(row.responseTimeMs) },
  { head: "Last attempt", cell: (row) => when(row.lastAttemptAt) },
];

export async function deliveries(path, signal) {
  const rows = element("div", {});
  const paging = element("div", { class: "paging" });
  const load = async (cursor) => {
    try {
      const { data, pagination } = await get(`${path}/deliveries`, { limit: PAGE, cursor }, signal);
      replace(rows, data.length ? table(COLUMNS, data, { caption: "Messages" }) : nothing("Nothing was sent in the last 14 days."));
      replace(paging, pagination.hasMore ? element("button", { type: "button", class: "plain", onclick: () => load(pagination.nextCursor) }, "Earlier messages") : null);
    } catch (error) {
      replace(paging, failure(error, () => load(cursor)));
    }
  };
  await load();
  return [rows, paging];
}
