// What became of a webhook's messages, newest first.

import { get } from "../../core/api.js";
import { milliseconds, number } from "../../core/format.js";
import { html, useState } from "../../core/view.js";
import { badge, stamp } from "../../parts/badges.js";
import { failure } from "../../parts/failure.js";
import { nothing } from "../../parts/page.js";
import { Table } from "../../parts/table.js";
import { eventName } from "../history/names.js";

const PAGE = 25;
const TONES = { delivered: "good", retrying: "warn", failed: "bad" };
const WORDS = { delivered: "Delivered", retrying: "Tried again", failed: "Failed" };

const COLUMNS = [
  { head: "Event", cell: (row) => [eventName(row.type), row.position ? html`<span class="quiet"> · ${number(row.position)}</span>` : null] },
  { head: "State", cell: (row) => badge(WORDS[row.status] ?? row.status, TONES[row.status]) },
  { head: "Attempts", numeric: true, cell: (row) => number(row.attempts) },
  { head: "Answer", cell: (row) => row.failure ?? `status ${row.responseStatus}` },
  { head: "Time", numeric: true, cell: (row) => milliseconds(row.responseTimeMs) },
  { head: "Last attempt", cell: (row) => stamp(row.lastAttemptAt) },
];

export async function deliveries(path, signal) {
  return html`<${Deliveries} path=${path} signal=${signal} first=${await pageOf(path, signal)} />`;
}

async function pageOf(path, signal, cursor) {
  try {
    return await get(`${path}/deliveries`, { limit: PAGE, cursor }, signal);
  } catch (error) {
    return { data: [], pagination: { hasMore: false }, error, cursor };
  }
}

function Deliveries({ path, signal, first }) {
  const [{ data, pagination, error, cursor }, put] = useState(first);
  const load = async (wanted) => put(await pageOf(path, signal, wanted));
  const rows = data.length ? html`<${Table} columns=${COLUMNS} rows=${data} caption="Messages" />` : nothing("Nothing was sent in the last 14 days.");
  return html`<div>${error ? null : rows}</div>
    <div class="paging">${error ? failure(error, () => load(cursor)) : pagination.hasMore ? html`<button type="button" class="plain" onclick=${() => load(pagination.nextCursor)}>Earlier messages</button>` : null}</div>`;
}
