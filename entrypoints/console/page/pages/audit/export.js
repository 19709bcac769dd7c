// Saves the organization's whole log as a file that proves itself, and says how to prove it.

import { get, isAbort, stream } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { bytes as size, number } from "../../core/format.js";
import { failure } from "../../old/failure.js";
import { card } from "../../old/page.js";
import { saveFile } from "../../old/save-file.js";

const NEW_LINE = 10;
const ENDS = 65_536;

export async function save(place, signal) {
  const stopping = new AbortController();
  const bar = progress(() => stopping.abort());
  replace(place, card("Export", bar.element));
  try {
    const both = AbortSignal.any([signal, stopping.signal]);
    const response = await stream("GET", "/api/ai/audit/export", { headers: { Accept: "application/x-ndjson, application/problem+json" }, signal: both });
    const file = await received(response, await total(both), bar);
    const ends = await endsOf(file.content);
    if (ends.footer?.kind !== "footer") throw new Error(BROKEN_OFF);
    saveFile(file.name, file.content);
    replace(place, card("Export", saved(file, ends)));
  } catch (error) {
    replace(place, isAbort(error) ? stopped(signal) : failure(error instanceof TypeError ? new Error(BROKEN_OFF) : error, () => save(place, signal)));
  }
}

const BROKEN_OFF = "The export broke off before its end, and nothing was saved.";

const stopped = (signal) => signal.aborted ? null : card("Export", element("p", {}, "Stopped: nothing was saved."));

// How many events there are, which the export tells only at its end.
const total = async (signal) => (await get("/api/ai/audit", { limit: 1, includeTotal: true }, signal)).pagination.total;

function progress(stop) {
  const bar = element("progress", { "aria-label": "Export" });
  const words = element("span", { class: "quiet" }, "The log is being read…");
  return {
    element: [element("div", { class: "progress" }, bar, words), element("div", { class: "actions" }, element("button", { type: "button", class: "plain", onclick: stop }, "Stop"))],
    update: (events, all, bytes) => {
      bar.max = Math.max(all, 1);
      bar.value = Math.min(events, all);
      words.textContent = `${number(Math.min(events, all))} of ${number(all)} events, ${size(bytes)}`;
    },
  };
}

async function received(response, all, bar) {
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
    bar.update(Math.max(lines - 1, 0), all, bytes);
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
  return [
    element("p", {}, "Saved as ", element("code", {}, name), `: ${number(footer.events)} ${footer.events === 1 ? "event" : "events"}, ${size(content.size)}.`),
    header.publicKeyId === null
      ? element("div", { class: "notice warn" }, element("p", {}, "This service writes no checkpoints, so this file cannot be proved. Set MODELBOOK_CHECKPOINT_KEY to write them."))
      : [element("p", {}, "Anyone with the file can verify it, without the service or the database:"),
        element("pre", { class: "command", tabindex: "0", "aria-label": "Command that verifies the file" }, `modelbook audit verify ${name} --public-key KEY`),
        element("p", { class: "hint" }, "KEY is the public key of the checkpoints, with the id ", element("code", {}, header.publicKeyId), ". Whoever runs the service prints it with ", element("code", {}, "modelbook audit public-key"), ": take it from them, not from whoever gave you the file.")],
  ];
}
