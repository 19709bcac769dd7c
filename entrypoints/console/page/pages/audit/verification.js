// Has the service check the log, and says in words what that has proved, what nothing can prove, and what is wrong.

import { get, isAbort } from "../../core/api.js";
import { element, inline, replace } from "../../core/elements.js";
import { number, time, title, UNKNOWN } from "../../core/format.js";
import { badge } from "../../old/badges.js";
import { failure } from "../../old/failure.js";
import { card, facts } from "../../old/page.js";
import { table } from "../../old/table.js";

const MOST = 100;
const KINDS = { truncated: "Cut off", "re-chained": "Chained anew", "out-of-order": "Out of order", credential: "Stored key" };

export async function verify(place, signal) {
  replace(place, card("Verification", element("div", { class: "progress" }, element("progress", { "aria-label": "Verifying" }), element("span", { class: "quiet" }, "Every event is checked against its hash, and against the one before it…"))));
  try {
    replace(place, proof(await get("/api/ai/audit/verify", {}, signal)));
  } catch (error) {
    replace(place, isAbort(error) ? null : failure(error, () => verify(place, signal)));
  }
}

function proof(found) {
  return element("section", { class: "card proof", "aria-labelledby": "proof" }, element("h2", { id: "proof" }, "Verification"),
    found.intact ? intact(found) : tampered(found),
    restores(found),
    unprovable(found),
    facts([
      ["Events checked", number(found.events)],
      found.firstCheckpoint && found.firstCheckpoint.number > 1 ? ["Checkpoints begin with", [`number ${number(found.firstCheckpoint.number)}`, element("small", {}, time(found.firstCheckpoint.at))]] : null,
      found.checkpoint ? ["Newest checkpoint", [`number ${number(found.checkpoint.number)}`, element("small", {}, time(found.checkpoint.at))]] : null,
      found.checkpoint ? ["Signed with key", element("code", {}, found.checkpoint.keyId)] : null,
      ["Verified at", time(Date.now())],
    ]),
    found.checkpoint ? evidence(found.checkpoint) : null,
    element("details", {}, element("summary", {}, "What no verification can tell"), element("ul", { class: "limits" }, found.unproven.limits.map((limit) => element("li", {}, inline(limit))))));
}

function intact({ events, proven }) {
  return [
    element("p", { class: "outcome" }, badge("Intact", "good"), element("strong", {}, events === 0 ? "Nothing has happened yet, and nothing is missing." : chained(events))),
    proven.throughSequence === null ? null : element("div", { class: "notice good" },
      element("p", {}, element("strong", {}, `What is proved: ${proven.throughSequence === 1 ? "event 1" : `events 1 to ${number(proven.throughSequence)}`}`)),
      element("p", {}, proven.statement)),
  ];
}

const chained = (events) => events === 1 ? "The only event is as it was written." : `All ${number(events)} events are as they were written, in their order, and none is missing between them.`;

// The statement is the service's own; where no event is concerned it only repeats what was said.
function unprovable({ unproven, checkpoint }) {
  if (unproven.events === 0) return null;
  return element("div", { class: "notice warn" },
    element("p", {}, element("strong", {}, `What nothing can prove: events from ${number(unproven.fromSequence)} on`)),
    element("p", {}, unproven.statement), checkpoint ? element("p", {}, "The next checkpoint will cover them: verify again in a moment.") : null);
}

// What a restored backup has lost stays listed for ever.
function restores({ restores }) {
  if (restores.length === 0) return null;
  return table([
    { head: "Restored", cell: ({ at }) => time(at) },
    { head: "Lost events", cell: ({ lost }) => lost.map(({ fromSequence, toSequence }) => `${number(fromSequence)} to ${number(toSequence)}`).join(", ") },
    { head: "Why", cell: ({ reason }) => reason },
  ], restores, { caption: "Events that restored backups have lost" });
}

function tampered({ findings }) {
  const shown = findings.slice(0, MOST);
  return [
    element("p", { class: "outcome" }, badge("Not intact", "bad"), element("strong", {}, findings.length === 1 ? "In one place the log is not what was written." : `In ${number(findings.length)} places the log is not what was written.`)),
    table([
      { head: "Position", cell: (finding) => element("strong", {}, events(finding)) },
      { head: "What", cell: ({ kind }) => badge(KINDS[kind] ?? title(kind), "bad") },
      { head: "Evidence", cell: ({ message }) => message },
    ], shown, { caption: "Findings" }),
    findings.length > MOST ? element("p", { class: "quiet" }, `These are the first ${MOST}.`) : null,
    element("div", { class: "notice bad" }, element("p", {}, "Nobody can do this through the service: it takes the password of the database's owner, or its files."),
      element("p", {}, "Leave the database as it is, export the log as evidence, and compare these events with a backup.")),
  ];
}

function events({ sequence, count }) {
  if (sequence === null) return UNKNOWN;
  return count > 1 ? `${number(sequence)} to ${number(sequence + count - 1)}` : number(sequence);
}

function evidence({ root, publicKey }) {
  return element("details", {}, element("summary", {}, "Root and public key"),
    facts([["Merkle root", element("code", {}, root)], publicKey ? ["Public key (Ed25519)", element("code", {}, publicKey)] : null]));
}
