// Everything that happened in the organization: the log itself is the audit trail.

import { element } from "../../core/elements.js";
import { known } from "../../core/format.js";
import { action } from "../../old/action.js";
import { stamp } from "../../old/badges.js";
import { choice, moment, search } from "../../old/filters.js";
import { Listing } from "../../old/listing.js";
import { nothing, page } from "../../old/page.js";
import { saveCsv } from "../../old/save-file.js";
import { table } from "../../old/table.js";
import { fieldName, flat, text } from "../history/differences.js";
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
  const list = new Listing({
    path: AUDIT, query, signal, sort: null,
    filters: [choice("type", "What", TYPES.map((type) => [type, eventName(type)])), search("actor", "By", { narrow: true }), search("aggregateId", "About (id)"), moment("from", "From"), moment("to", "Before")],
    about: [""],
    draw: (rows) => table(columns(), rows.map((event) => ({ ...event, id: event.position })), { caption: "Events, the newest first" }),
    empty: (isFiltered) => nothing(isFiltered ? "No event matches." : "Nothing has happened yet."),
  });
  await list.load();
  const proved = element("div", { "aria-live": "polite" });
  const exported = element("div", { "aria-live": "polite" });
  const actions = [
    action("Verify", { needs: "viewer", tone: "plain", run: () => verify(proved, signal) }),
    action("Save as CSV", { needs: "viewer", tone: "plain", run: () => saveCsv(AUDIT, "audit.csv", list.chosen, signal) }),
    action("Export", { needs: "viewer", tone: "plain", run: () => save(exported, signal) }),
  ];
  return page("Audit", { lead: "Who did what, when, in which request: complete, append only, each event chained to the one before.", actions },
    element("div", { class: "findings" }, proved, exported), list.element);
}

function columns() {
  return [
    { head: "When", cell: (event) => stamp(event.at) },
    { head: "What", cell: (event) => [eventName(event.type), event.reason ? element("small", {}, event.reason) : null] },
    { head: "By", cell: (event) => event.actorName ? element("span", { title: event.actor }, event.actorName) : element("code", { class: "whole" }, event.actor) },
    { head: "About", cell: (event) => about(event) },
    { head: "Facts", cell: (event) => [summary(event), facts(event)] },
    { head: "Sequence", numeric: true, cell: (event) => String(event.sequence) },
  ];
}

function about(event) {
  const place = placeOf(event);
  const name = event.aggregateName ?? element("code", {}, event.aggregateId.slice(0, 8));
  return place ? element("a", { href: place, title: event.aggregateId }, name) : element("span", { title: event.aggregateId }, name);
}

// The facts in a line, as far as people read them; the rest is a click away.
function summary({ facts: held }) {
  const written = flat(held).filter(([name, value]) => !OF_THE_LOG.has(name) && !name.endsWith("_version") && !name.startsWith("sources") && known(value) && typeof value !== "object" && value !== "").slice(0, SHOWN);
  return element("span", { class: "quiet" }, written.map(([name, value]) => `${fieldName(name)}: ${text(value)}`).join(" · ").slice(0, LONGEST));
}

function facts(event) {
  const { position, revision, commandId, requestId, hash } = event;
  return element("details", {}, element("summary", {}, "All"),
    element("pre", { tabindex: "0" }, JSON.stringify({ ...event.facts }, null, 2)),
    element("p", { class: "hint" }, `Position ${position}, revision ${revision}, request `, element("code", {}, requestId), ", command ", element("code", {}, commandId), ", hash ", element("code", {}, hash)));
}
