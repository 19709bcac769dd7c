// Asks why before a job is started that changes what is served.

import { element } from "../../core/elements.js";
import { current } from "../../core/session.js";
import { openDialog } from "../../parts/dialog.js";
import { field, Form } from "../../parts/form.js";
import { tableName } from "./words.js";

export const PROJECTIONS = "/api/admin/projections";
export const KEYS = "/api/admin/keys";

const TABLES = ["organizations", "ai_providers", "ai_models"];

export const verify = (jobs, name) => jobs.start(`${PROJECTIONS}/${name}/verify`);

export const rebuild = (jobs, name) => asked(`Rebuild ${tableName(name)}`,
  "A new table is filled from the whole log beside the live one and takes its place. Reads and writes go on meanwhile. The old table is kept, so that you can roll back.",
  { action: "Rebuild", start: (reason) => jobs.start(`${PROJECTIONS}/${name}/rebuild`, { reason }) });

export const rollBack = (jobs, name) => asked(`Roll back ${tableName(name)}`,
  "The table that the last rebuild replaced takes its place again, with everything that was written since. The present one is kept, so that this can be undone in the same way.",
  { action: "Roll back", start: (reason) => jobs.start(`${PROJECTIONS}/${name}/rebuild`, { body: { rollback: true }, reason }) });

export const rotate = (jobs) => asked("Rotate the master key",
  "Every provider key has a key of its own, which a master key wraps. All that are under another one are wrapped anew under the active one; no provider key is opened or changed, and prompts go on.",
  { action: "Rotate", start: (reason) => jobs.start(`${KEYS}/rotate`, { reason }) });

export function mend(jobs, { organizationId = current()?.organizationId ?? "", name = "ai_models" } = {}) {
  const organization = field({ name: "organizationId", label: "Organization", required: true, value: organizationId, help: "Its id. While its rows are exchanged, only its own writes wait." });
  const which = field({ name: "projection", label: "Read table", type: "choice", value: name, choices: TABLES.map((each) => [each, tableName(each)]) });
  return asked("Mend one organization", "Those of its rows that are not what its log says are exchanged, in one transaction.", {
    action: "Mend", fields: [organization, which],
    start: (reason) => jobs.start(`${PROJECTIONS}/${which.read()}/rebuild`, { body: { organizationId: organization.read().trim() }, reason }),
  });
}

function asked(heading, text, { action, start, fields = [] }) {
  const reason = field({ name: "reason", label: "Reason", help: "Kept with the job.", maxlength: 500 });
  const form = new Form([...fields, reason], { action, submit: async () => {
    await start(reason.read().trim());
    dialog.close();
  } });
  const dialog = openDialog(heading, [element("p", {}, text), form.element]);
}
