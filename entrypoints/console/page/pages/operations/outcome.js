// What came of a job, in words; and the rows that it names.

import { label, milliseconds, number } from "../../core/format.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { Table } from "../../parts/table.js";
import { rebuildOne } from "./start.js";
import { many, remedy, tableName } from "./labels.js";

const WAYS = { missing: () => "Missing from the table", unexpected: () => "In the table, but not in the log", different: (fields) => `Differs in ${fields.map((field) => label(field.replaceAll("_", " ")).toLowerCase()).join(", ")}` };

// `isWell` is false where somebody has to do something.
export function outcome(job) {
  if (job.state === "failed" || job.state === "interrupted") {
    return { isWell: false, text: [job.error?.message ?? "The process of the job has ended: it sent no heartbeat for 15 seconds.", job.error ? remedy(job) : "Start the job again. What it has done so far is correct."].filter(Boolean).join(" ") };
  }
  return job.result ? OUTCOMES[job.kind](job.result) : { isWell: true, text: "It is done." };
}

const OUTCOMES = {
  verify: (result) => ({ isWell: differing(result) === 0 && result.unreadable.count === 0, text: sentences(
    differing(result) === 0 ? `${many(result.organizations, "organization")} with ${many(rows(result), "row")}: no row differs from the log.`
      : `${many(differing(result), "row is", "rows are")} different from the log. A rebuild corrects them.`,
    result.unchanged ? `${many(result.unchanged, "organization has", "organizations have")} not changed since ${result.unchanged === 1 ? "it was" : "they were"} last verified.` : null, unread(result)) }),
  rebuild: (result) => ({ isWell: result.unreadable.count === 0, text: sentences(
    differing(result) === 0 ? `${many(result.organizations, "organization")} with ${many(rows(result), "row")}: every row was right, and nothing had to be written.`
      : `${many(differing(result), "row was", "rows were")} wrong before, and ${differing(result) === 1 ? "is" : "are"} right now. Writers of an organization waited for ${milliseconds(result.longestLockMs)} at most.`, unread(result)) }),
  "rotate-keys": ({ activeId, rewrapped, unreadable, left }) => ({ isWell: left === 0 && unreadable.length === 0, text: sentences(
    rewrapped === 0 ? `No key had to be rewrapped under ${activeId}.` : `${many(rewrapped, "provider key is", "provider keys are")} rewrapped under ${activeId}.`,
    unreadable.length ? `${many(unreadable.length, "provider key", "provider keys")} cannot be read, for no process has the master key that wraps ${unreadable.length === 1 ? "it" : "them"}: give it back, or have the organizations replace their keys.`
      : left ? `${many(left, "provider key is", "provider keys are")} left under other master keys: rotate again.` : "No key is wrapped by another master key any more.") }),
};

const sentences = (...parts) => parts.filter(Boolean).join(" ");

const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);

const rows = ({ data }) => sum(data.map((each) => each.rows));

const differing = ({ data }) => sum(data.map(({ differences }) => differences.count));

const unread = ({ unreadable: { count } }) => count ? `${many(count, "row has", "rows have")} events that this version cannot read, and ${count === 1 ? "was" : "were"} skipped: run the version that wrote them, or a newer one.` : null;

const code = (text) => html`<code>${text}</code>`;

const ORGANIZATION = { head: "Organization", cell: ({ organizationId }) => code(organizationId) };
const ROW = { head: "Row", cell: ({ id }) => code(id) };
const CREDENTIALS = [ORGANIZATION, { head: "Provider", cell: ({ providerId }) => code(providerId) }];
const DIFFERENCES = [ROW, ORGANIZATION, { head: "How", cell: ({ kind, fields }) => WAYS[kind](fields) }];
const EVENTS = [ROW, ORGANIZATION, { head: "Position", numeric: true, cell: ({ position }) => number(position) }, { head: "Event", cell: ({ type, reason }) => html`${code(type)}<small>${reason}</small>` }];

// The rows that a result names, and what can be done about them.
export function evidence(job, jobs) {
  const { data, unreadable } = job.result ?? {};
  if (data) return [...data.filter(({ differences }) => differences.count).map((each) => named(each, job, jobs)), unreadable.count ? events(unreadable) : null];
  return unreadable?.length ? unfolding("Show the list", html`<${Table} columns=${CREDENTIALS} rows=${unreadable} caption="Providers whose keys cannot be read" />`) : null;
}

function named({ name, differences: { count, first } }, job, jobs) {
  const organizations = [...new Set(first.map(({ organizationId }) => organizationId))];
  const shown = tableName(name);
  const rebuild = () => rebuildOne(jobs, { organizationId: organizations[0], name });
  return html`${unfolding(`${shown}: ${count > first.length ? `the first ${number(first.length)} of ${number(count)} rows` : many(count, "row")}`,
      html`<${Table} columns=${DIFFERENCES} rows=${first} caption="Rows of ${shown} that differ" />`, job.kind === "verify")}
    ${job.kind === "verify" && organizations.length === 1 ? html`<div class="actions"><${Action} needs="platform" tone="plain" run=${rebuild}>Rebuild this organization<//></div>` : null}`;
}

const events = ({ count, first }) => unfolding(count > first.length ? `The first ${number(first.length)} of them` : "Show the list", html`<${Table} columns=${EVENTS} rows=${first} caption="Events that cannot be read" />`);

const unfolding = (text, content, open = true) => html`<details open=${open}><summary>${text}</summary>${content}</details>`;
