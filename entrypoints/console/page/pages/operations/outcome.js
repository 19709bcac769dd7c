// What came of a job, in words; and the rows that it names.

import { element } from "../../core/elements.js";
import { label, milliseconds, number } from "../../core/format.js";
import { action } from "../../parts/action.js";
import { table } from "../../parts/table.js";
import { mend } from "./start.js";
import { many, remedy, tableName } from "./words.js";

const WAYS = { missing: () => "Is missing here", unexpected: () => "Is here, and the log knows nothing of it", different: (fields) => `Differs in ${fields.map((field) => label(field.replaceAll("_", " ")).toLowerCase()).join(", ")}` };

// `isWell` is false where somebody has to do something.
export function outcome(job) {
  if (job.state === "failed" || job.state === "interrupted") {
    return { isWell: false, text: [job.error?.message ?? "Its process is gone: nothing was heard of it for 15 seconds.", job.error ? remedy(job) : "Start it again: what it did is right."].filter(Boolean).join(" ") };
  }
  return job.result ? OUTCOMES[job.kind](job.result) : { isWell: true, text: "It is done." };
}

const ROWS = ["No row is there, which is", "The only row is"];

const OUTCOMES = {
  verify: ({ rows, position, differences }) => differences.count === 0
    ? { isWell: true, text: `${ROWS[rows] ?? `All ${number(rows)} rows are`} what the log says, up to event ${number(position)}.` }
    : { isWell: false, text: `${many(differences.count, "row is", "rows are")} not what the log says, up to event ${number(position)}. Rebuild the table, or mend the organization alone: both put it right from the log.` },
  rebuild: ({ rows, events, corrected, swap, orphans }) => ({ isWell: orphans === 0, text: sentences(
    `${many(rows, "row")} made from ${many(events, "event")} and swapped in after event ${number(swap.position)}, for which everybody waited ${milliseconds(swap.milliseconds)}.`,
    corrected.count === 0 ? "The table had been right." : `${many(corrected.count, "row was", "rows were")} wrong before, and ${corrected.count === 1 ? "is" : "are"} right now.`, loose(orphans)) }),
  "roll-back": ({ differing, swap, orphans }) => ({ isWell: orphans === 0, text: sentences(
    `The earlier table serves again, with all that was written since, up to event ${number(swap.position)}.`,
    differing.count === 0 ? "Both tables are the same." : `${many(differing.count, "row is", "rows are")} other than in the table that served until now: verify it.`, loose(orphans)) }),
  mend: ({ tables }) => ({ isWell: true, text: tables.every(({ removed, restored }) => removed + restored === 0) ? "Every row was right: nothing had to be exchanged."
    : sentences(...tables.map(({ name, removed, restored }) => `${tableName(name)}: ${many(removed, "row")} taken out, ${number(restored)} put in from the log.`)) }),
  "rotate-keys": ({ activeId, rewrapped, unreadable, left }) => ({ isWell: left === 0 && unreadable.length === 0, text: sentences(
    rewrapped === 0 ? `Nothing had to be wrapped anew under ${activeId}.` : `${many(rewrapped, "provider key is", "provider keys are")} wrapped anew under ${activeId}.`,
    unreadable.length ? `${many(unreadable.length, "provider key", "provider keys")} cannot be read, for no process has the master key that wraps ${unreadable.length === 1 ? "it" : "them"}: give it back, or have the organizations replace their keys.`
      : left ? `${many(left, "provider key is", "provider keys are")} left under other master keys: rotate again.` : "Other master keys wrap nothing any more.") }),
};

const sentences = (...parts) => parts.filter(Boolean).join(" ");

const loose = (orphans) => orphans ? `${many(orphans, "row refers", "rows refer")} to what is not there, to which the log alone can never lead: verify the audit log.` : null;

// The rows that a result names, and what can be done about them.
export function evidence(job, jobs) {
  const { differences, corrected, differing, unreadable } = job.result ?? {};
  const named = differences ?? corrected ?? differing;
  if (named?.count) return rows(named, job, differences ? jobs : null);
  if (!unreadable?.length) return null;
  return unfolding("Which they are", table([
    { head: "Organization", cell: ({ organizationId }) => element("code", {}, organizationId) },
    { head: "Provider", cell: ({ providerId }) => element("code", {}, providerId) },
  ], unreadable, { caption: "Providers whose keys cannot be read" }));
}

function rows({ count, first }, job, jobs) {
  const organizations = [...new Set(first.map(({ organizationId }) => organizationId))];
  return [
    unfolding(count > first.length ? `The first ${number(first.length)} of them` : count === 1 ? "Which it is" : "Which they are", table([
      { head: "Row", cell: ({ id }) => element("code", {}, id) },
      { head: "Organization", cell: ({ organizationId }) => element("code", {}, organizationId) },
      { head: "How", cell: ({ kind, fields }) => WAYS[kind](fields) },
    ], first, { caption: "Rows that differ" }), jobs !== null),
    jobs && organizations.length === 1 ? element("div", { class: "actions" }, action("Mend this organization", { needs: "platform", tone: "plain", run: () => mend(jobs, { organizationId: organizations[0], name: job.projection }) })) : null,
  ];
}

const unfolding = (text, content, open = true) => element("details", { open }, element("summary", {}, text), content);
