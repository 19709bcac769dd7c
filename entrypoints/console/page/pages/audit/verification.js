// Has the service check the log, and says in words what that has proved, what nothing can prove, and what is wrong.

import { get, isAbort } from "../../core/api.js";
import { number, time, title, UNKNOWN } from "../../core/format.js";
import { html, inline } from "../../core/view.js";
import { badge } from "../../parts/badges.js";
import { failure } from "../../parts/failure.js";
import { card, facts } from "../../parts/page.js";
import { Table } from "../../parts/table.js";

const MOST = 100;
const KINDS = { truncated: "Cut off", "re-chained": "Re-chained", "out-of-order": "Out of order", credential: "Stored key" };

export async function verify(place, signal) {
  place.put(card("Verification", html`<div class="progress"><progress aria-label="Verifying" /><span class="quiet">Every event is checked against its hash, and against the one before it…</span></div>`));
  try {
    place.put(proof(await get("/api/ai/audit/verify", {}, signal)));
  } catch (error) {
    place.put(isAbort(error) ? null : failure(error, () => verify(place, signal)));
  }
}

function proof(found) {
  const { checkpoint, firstCheckpoint } = found;
  return html`<section class="card proof" aria-labelledby="proof">
    <h2 id="proof">Verification</h2>
    ${found.intact ? intact(found) : tampered(found)}
    ${restores(found)}
    ${unprovable(found)}
    ${facts([
      ["Events checked", number(found.events)],
      firstCheckpoint && firstCheckpoint.number > 1 ? ["Checkpoints begin with", numbered(firstCheckpoint)] : null,
      checkpoint ? ["Newest checkpoint", numbered(checkpoint)] : null,
      checkpoint ? ["Signed with key", html`<code>${checkpoint.keyId}</code>`] : null,
      ["Verified at", time(Date.now())],
    ])}
    ${checkpoint ? evidence(checkpoint) : null}
    <details><summary>What a verification cannot prove</summary><ul class="limits">${found.unproven.limits.map((limit) => html`<li>${inline(limit)}</li>`)}</ul></details>
  </section>`;
}

const numbered = (checkpoint) => html`number ${number(checkpoint.number)}<small>${time(checkpoint.at)}</small>`;

function intact({ events, proven }) {
  const last = proven.throughSequence;
  return html`<p class="outcome">${badge("Intact", "good")}<strong>${events === 0 ? "Nothing has happened yet, and nothing is missing." : chained(events)}</strong></p>
    ${last === null ? null : html`<div class="notice good"><p><strong>What is proved: ${last === 1 ? "event 1" : `events 1 to ${number(last)}`}</strong></p><p>${proven.statement}</p></div>`}`;
}

const chained = (events) => events === 1 ? "The only event is as it was written." : `All ${number(events)} events are as they were written, in their order, and none is missing between them.`;

// The statement is the service's own; where no event is concerned it only repeats what was said.
function unprovable({ unproven, checkpoint }) {
  if (unproven.events === 0) return null;
  return html`<div class="notice warn"><p><strong>Not provable: events from ${number(unproven.fromSequence)} on</strong></p>
    <p>${unproven.statement}</p>${checkpoint ? html`<p>The next checkpoint will cover them: verify again in a moment.</p>` : null}</div>`;
}

const RESTORES = [
  { head: "Restored", cell: ({ at }) => time(at) },
  { head: "Lost events", cell: ({ lost }) => lost.map(({ fromSequence, toSequence }) => `${number(fromSequence)} to ${number(toSequence)}`).join(", ") },
  { head: "Why", cell: ({ reason }) => reason },
];

// What a restored backup has lost stays listed for ever.
const restores = ({ restores }) => restores.length === 0 ? null : html`<${Table} columns=${RESTORES} rows=${restores} caption="Events that restored backups have lost" />`;

const FINDINGS = [
  { head: "Position", cell: (finding) => html`<strong>${events(finding)}</strong>` },
  { head: "What", cell: ({ kind }) => badge(KINDS[kind] ?? title(kind), "bad") },
  { head: "Evidence", cell: ({ message }) => message },
];

function tampered({ findings }) {
  return html`<p class="outcome">${badge("Not intact", "bad")}<strong>${findings.length === 1 ? "In one place the log is not what was written." : `In ${number(findings.length)} places the log is not what was written.`}</strong></p>
    <${Table} columns=${FINDINGS} rows=${findings.slice(0, MOST)} caption="Findings" />
    ${findings.length > MOST ? html`<p class="quiet">These are the first ${MOST}.</p>` : null}
    <div class="notice bad"><p>This is not possible through the service: it requires the password of the database's owner, or its files.</p>
      <p>Leave the database as it is, export the log as evidence, and compare these events with a backup.</p></div>`;
}

function events({ sequence, count }) {
  if (sequence === null) return UNKNOWN;
  return count > 1 ? `${number(sequence)} to ${number(sequence + count - 1)}` : number(sequence);
}

const evidence = ({ root, publicKey }) => html`<details><summary>Root and public key</summary>
  ${facts([["Merkle root", html`<code>${root}</code>`], publicKey ? ["Public key (Ed25519)", html`<code>${publicKey}</code>`] : null])}</details>`;
