// Saves the organization's whole log as a file that proves itself, and says how to prove it.

import { get, isAbort, stream } from "../../core/api.js";
import { bytes as size, number } from "../../core/format.js";
import { html } from "../../core/view.js";
import { failure } from "../../parts/failure.js";
import { card } from "../../parts/page.js";
import { saveFile } from "../../parts/save-file.js";

const NEW_LINE = 10;
const ENDS = 65_536;

export async function save(place, signal) {
  const stopping = new AbortController();
  const tell = (bar) => place.put(card("Export", progress(bar, () => stopping.abort())));
  tell(null);
  try {
    const both = AbortSignal.any([signal, stopping.signal]);
    const response = await stream("GET", "/api/ai/audit/export", { headers: { Accept: "application/x-ndjson, application/problem+json" }, signal: both });
    const file = await received(response, await total(both), tell);
    const ends = await endsOf(file.content);
    if (ends.footer?.kind !== "footer") throw new Error(BROKEN_OFF);
    saveFile(file.name, file.content);
    place.put(card("Export", saved(file, ends)));
  } catch (error) {
    place.put(isAbort(error) ? stopped(signal) : failure(error instanceof TypeError ? new Error(BROKEN_OFF) : error, () => save(place, signal)));
  }
}

const BROKEN_OFF = "The export broke off before its end, and nothing was saved.";

const stopped = (signal) => signal.aborted ? null : card("Export", html`<p>Stopped: nothing was saved.</p>`);

// How many events there are, which the export tells only at its end.
const total = async (signal) => (await get("/api/ai/audit", { limit: 1, includeTotal: true }, signal)).pagination.total;

// Until it is known how much there is, the bar only says that something is continuing.
function progress(known, stop) {
  const bar = known ? html`<progress key="known" aria-label="Export" max=${Math.max(known.all, 1)} value=${Math.min(known.events, known.all)} />` : html`<progress key="unknown" aria-label="Export" />`;
  const words = known ? `${number(Math.min(known.events, known.all))} of ${number(known.all)} events, ${size(known.bytes)}` : "The log is being read…";
  return html`<div class="progress">${bar}<span class="quiet">${words}</span></div>
    <div class="actions"><button type="button" class="plain" onclick=${stop}>Stop</button></div>`;
}

async function received(response, all, tell) {
  const parts = [];
  let bytes = 0;
  let lines = 0;
  for (const reader = response.body.getReader(); ;) {
    const { value, done } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.byteLength;
    for (const byte of value) if (byte === NEW_LINE) lines += 1;
    // The first line is the header.
    tell({ events: Math.max(lines - 1, 0), all, bytes });
  }
  return { content: new Blob(parts, { type: "application/x-ndjson" }), name: nameOf(response) };
}

const nameOf = (response) => /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "modelbook.ndjson";

// The first and the last line: what the file says it is, and that it is whole.
async function endsOf(content) {
  const [first] = (await content.slice(0, ENDS).text()).split("\n", 1);
  const last = (await content.slice(-ENDS).text()).trimEnd().split("\n").pop();
  try {
    return { header: JSON.parse(first), footer: JSON.parse(last) };
  } catch {
    return { header: null, footer: null };
  }
}

function saved({ name, content }, { header, footer }) {
  return html`<p>Saved as <code>${name}</code>: ${number(footer.events)} ${footer.events === 1 ? "event" : "events"}, ${size(content.size)}.</p>
    ${header.publicKeyId === null
      ? html`<div class="notice warn"><p>This service writes no checkpoints, so this file cannot be proved. Set MODELBOOK_CHECKPOINT_KEY to write them.</p></div>`
      : html`<p>Anyone with the file can verify it, without the service or the database:</p>
        <pre class="command" tabindex="0" aria-label="Command that verifies the file">modelbook audit verify ${name} --public-key KEY</pre>
        <p class="hint">KEY is the public key of the checkpoints, with the id <code>${header.publicKeyId}</code>. The operator of the service prints it with <code>modelbook audit public-key</code>: take it from them, not from whoever gave you the file.</p>`}`;
}
