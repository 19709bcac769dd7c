// Who changed a provider or a model, when, and from what to what; how it was at any revision, and the way back.

import { get, isAbort } from "../../core/api.js";
import { html, useRef, useState } from "../../core/view.js";
import { actor, stamp } from "../../parts/badges.js";
import { differences } from "../../parts/differences.js";
import { failure } from "../../parts/failure.js";
import { card } from "../../parts/page.js";
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
  const first = await pageOf(path, signal);
  return html`<${History} path=${path} now=${now} needs=${needs} reverted=${reverted} signal=${signal} first=${first} />`;
}

// What happened, the newest first, without the way back.
export async function timeline(path, signal) {
  return html`<${Timeline} path=${path} signal=${signal} first=${await pageOf(path, signal)} />`;
}

async function pageOf(path, signal, cursor) {
  try {
    return await get(`${path}/history`, { limit: PAGE, cursor }, signal);
  } catch (error) {
    return { data: [], pagination: { hasMore: false }, error };
  }
}

function History({ path, now, needs, reverted, signal, first }) {
  const past = useRef(/** @type {any} */ (null));
  // What was removed has a past up to the revision before.
  const last = now?.revision ?? (first.data.length ? first.data[0].revision - 1 : 0);
  const way = ({ revision }) => html` · <button type="button" class="link" aria-label="How it was at revision ${revision}" onclick=${() => past.current(revision)}>How it was</button>`;
  return html`<div class="columns">
    ${card("What happened", html`<${Timeline} path=${path} signal=${signal} first=${first} last=${last} way=${way} />`)}
    ${first.data.length ? html`<${Past} path=${path} now=${now} last=${last} needs=${needs} reverted=${reverted} signal=${signal} seek=${past} />` : null}
  </div>`;
}

/** @param {{ path: string, signal: AbortSignal, first: any, last?: number, way?: (event: any) => any }} properties */
function Timeline({ path, signal, first, last = Infinity, way = () => null }) {
  const [read, put] = useState({ first, ...first });
  // What the page brings again is newer than what was read before.
  const { data, pagination, error = null, again } = read.first === first ? read : first;
  const load = async (cursor) => {
    const more = await pageOf(path, signal, cursor);
    if (!isAbort(more.error)) put({ ...more, first, data: [...data, ...more.data], again: cursor });
  };
  return html`<ol class="timeline">${data.map((event) => html`<li key=${event.revision}>
      <p><strong>${eventName(event.type)}</strong> by ${actor(event)}</p>
      <p class="quiet">${stamp(event.at)} · revision ${event.revision}${event.reason ? ` · ${event.reason}` : ""}${event.revision <= last ? way(event) : null}</p>
      ${event.revision <= last ? differences(event.changes) : null}
    </li>`)}</ol>
    ${error ? failure(error, () => load(again)) : null}
    <div class="paging">${!error && pagination.hasMore ? html`<button type="button" class="plain" onclick=${() => load(pagination.nextCursor)}>Earlier changes</button>` : null}</div>`;
}
