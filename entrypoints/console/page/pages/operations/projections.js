// The projections: the state of each, and what can be done with it.

import { get } from "../../core/api.js";
import { number } from "../../core/format.js";
import { html, useStore } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, stamp, when } from "../../parts/badges.js";
import { Table } from "../../parts/table.js";
import { progress } from "./job.js";
import { section } from "../../parts/section.js";
import { PROJECTIONS, rebuild, rebuildOne, verify } from "./start.js";
import { many, tableName } from "./labels.js";

export function projections(jobs, signal) {
  return section("Projections", async () => {
    const { data } = await get(PROJECTIONS, {}, signal);
    return html`<p class="quiet">What lists and searches read. They are written together with the log and can be rebuilt from it at any time.</p>
      <${Table} columns=${columns(jobs)} rows=${data.map((each) => ({ ...each, id: each.name }))} caption="Projections" />
      <div class="actions">
        <${Action} needs="platform" tone="plain" run=${() => verify(jobs, "all")}>Verify all<//>
        <${Action} needs="platform" tone="plain" run=${() => rebuild(jobs, "all")}>Rebuild all<//>
        <${Action} needs="platform" tone="plain" run=${() => rebuildOne(jobs)}>Rebuild one organization<//>
      </div>`;
  });
}

const columns = (jobs) => [
  { head: "Projection", cell: ({ name }) => html`<strong>${tableName(name)}</strong><small><code>${name}</code></small>` },
  { head: "Events", numeric: true, cell: ({ position }) => number(position) },
  { head: "Rows", numeric: true, cell: ({ rows }) => number(rows) },
  { head: "Last rebuild", cell: ({ rebuiltAt }) => stamp(rebuiltAt, "never") },
  { head: "Verified", cell: ({ proved, organizations }) => `${number(proved)} of ${many(organizations, "organization")}` },
  { head: "Compared with the log", cell: ({ name }) => html`<div class="state-now"><${Standing} name=${name} jobs=${jobs} /></div>` },
  { head: "Actions", cell: ({ name }) => html`<div class="actions">
    <${Action} needs="platform" tone="plain" label="Verify ${tableName(name)}" run=${() => verify(jobs, name)}>Verify<//>
    <${Action} needs="platform" tone="plain" label="Rebuild ${tableName(name)}" run=${() => rebuild(jobs, name)}>Rebuild<//>
  </div>` },
];

// What the jobs say about a table.
function Standing({ name, jobs }) {
  useStore(jobs);
  const isAbout = ({ kind, projection }) => kind !== "rotate-keys" && (projection === name || projection === null);
  const working = jobs.underWay.find(isAbout);
  if (working) return progress(working);
  const last = jobs.list.find((job) => isAbout(job) && job.state === "succeeded" && job.organizationId === null);
  if (!last) return html`<span class="quiet">not lately</span>`;
  return html`${outcome(last, name)}<small>${when(last.finishedAt)}</small>`;
}

// A rebuilt table is right, but for what could not be read.
function outcome({ kind, result }, name) {
  if (result.unreadable.count) return badge("Not all can be read", "bad");
  const { differences: { count } } = result.data.find((each) => each.name === name);
  return kind === "verify" && count ? badge(many(count, "row differs", "rows differ"), "bad") : badge("Matches", "good");
}
