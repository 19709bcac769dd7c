// Everything that happened in the organization: the log itself is the audit trail.

import { known } from "../../core/format.js";
import { html, Slot } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { actor, stamp } from "../../parts/badges.js";
import { ChosenTable, Columns } from "../../parts/columns.js";
import { fieldName, flat, text } from "../../parts/differences.js";
import { choice, moment, search } from "../../parts/filters.js";
import { Listing } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { saveCsv } from "../../parts/save-file.js";
import { eventName } from "../history/names.js";
import { save } from "./export.js";
import { placeOf } from "./places.js";
import { TYPES } from "./types.js";
import { verify } from "./verification.js";

const AUDIT = "/api/ai/audit";
const SHOWN = 4;
const LONGEST = 160;
const OF_THE_LOG = new Set(["origin"]);

export async function show({ query, signal }) {
  const chooser = new Columns("audit", COLUMNS);
  const list = new Listing({
    path: AUDIT, query, signal, sort: null, tools: chooser.view,
    filters: [choice("type", "What", TYPES.map((type) => [type, eventName(type)])), search("actor", "By", { narrow: true }), search("name", "About", { narrow: true, placeholder: "Whole name" }), search("aggregateId", "About (id)", { narrow: true }), moment("from", "From"), moment("to", "Before")],
    about: [""],
    draw: (rows) => html`<${ChosenTable} chooser=${chooser} rows=${rows.map((event) => ({ ...event, id: event.position }))} caption="Events, the newest first" />`,
    empty: (isFiltered) => nothing(isFiltered ? "No event matches." : "Nothing has happened yet."),
  });
  await list.load();
  const proved = new Slot();
  const exported = new Slot();
  const actions = html`
    <${Action} needs="viewer" tone="plain" run=${() => verify(proved, signal)}>Verify<//>
    <${Action} needs="viewer" tone="plain" run=${() => saveCsv(AUDIT, "audit.csv", list.chosen, signal)}>Save as CSV<//>
    <${Action} needs="viewer" tone="plain" run=${() => save(exported, signal)}>Export<//>`;
  return page("Audit", { lead: "Who did what, when, in which request: complete, append only, each event chained to the one before.", actions },
    html`<div class="findings"><div aria-live="polite">${proved.view}</div><div aria-live="polite">${exported.view}</div></div>`, list.view);
}

const COLUMNS = [
  { head: "When", cell: (event) => stamp(event.at) },
  { head: "What", isFixed: true, cell: (event) => [eventName(event.type), event.reason ? html`<small>${event.reason}</small>` : null] },
  { head: "By", cell: (event) => actor(event) },
  { head: "About", cell: (event) => about(event) },
  { head: "Facts", cell: (event) => html`<span class="quiet">${summary(event)}</span>${facts(event)}` },
  { head: "Request", isExtra: true, cell: (event) => html`<code class="whole">${event.requestId}</code>` },
  { head: "Sequence", isMinor: true, numeric: true, cell: (event) => String(event.sequence) },
];

function about(event) {
  const place = placeOf(event);
  const name = event.aggregateName ?? html`<code>${event.aggregateId.slice(0, 8)}</code>`;
  return html`<${place ? "a" : "span"} class="clamped" href=${place} title=${event.aggregateName ?? event.aggregateId}>${name}<//>`;
}

// The facts in a line, as far as people read them; the rest is a click away.
function summary({ facts: held }) {
  const written = flat(held).filter(([name, value]) => !OF_THE_LOG.has(name) && !name.endsWith("_version") && !name.startsWith("sources") && known(value) && typeof value !== "object" && value !== "").slice(0, SHOWN);
  return written.map(([name, value]) => `${fieldName(name)}: ${text(value, name)}`).join(" · ").slice(0, LONGEST);
}

function facts({ position, revision, commandId, requestId, hash, facts: held }) {
  return html`<details><summary>Details</summary>
    <pre tabindex="0">${JSON.stringify(held, null, 2)}</pre>
    <p class="hint">Position ${position}, revision ${revision}, request <code>${requestId}</code>, command <code>${commandId}</code>, hash <code>${hash}</code></p>
  </details>`;
}
