// Asks why before a job is started that changes what is served.

import { element } from "../../core/elements.js";
import { current } from "../../core/session.js";
import { openDialog } from "../../old/dialog.js";
import { field, Form } from "../../old/form.js";
import { EVERY_TABLE, tableName } from "./labels.js";

export const PROJECTIONS = "/api/admin/projections";
export const KEYS = "/api/admin/keys";

export const verify = (jobs, name) => jobs.start(`${PROJECTIONS}/${name}/verify`);

export const rebuild = (jobs, name) => asked(`Rebuild ${tableName(name)}`,
  "The log is folded organization by organization, and rows that differ from it are rewritten in small batches. Reads and writes go on meanwhile.",
  { action: "Rebuild", start: (reason) => jobs.start(`${PROJECTIONS}/${name}/rebuild`, { reason }) });

export const rotate = (jobs) => asked("Rotate the master key",
  "Every provider key has a key of its own, which a master key wraps. Keys that another master key wraps are rewrapped under the active one. No provider key is opened or changed, and prompts go on.",
  { action: "Rotate", start: (reason) => jobs.start(`${KEYS}/rotate`, { reason }) });

export function rebuildOne(jobs, { organizationId = current()?.organizationId ?? "", name = "all" } = {}) {
  const organization = field({ name: "organizationId", label: "Organization", required: true, value: organizationId, help: "The id of the organization. Only its own writes wait, for some milliseconds at a time." });
  const which = field({ name: "projection", label: "Projection", type: "choice", value: name, choices: [["all", "All"], ...EVERY_TABLE.map((each) => [each, tableName(each)])] });
  return asked("Rebuild one organization", "Rows that differ from the log of the organization are rewritten.", {
    action: "Rebuild", fields: [organization, which],
    start: (reason) => jobs.start(`${PROJECTIONS}/${which.read()}/rebuild`, { body: { organizationId: organization.read().trim() }, reason }),
  });
}

function asked(heading, text, { action, start, fields = [] }) {
  const reason = field({ name: "reason", label: "Reason", help: "Stored with the job.", maxlength: 500 });
  const form = new Form([...fields, reason], { action, submit: async () => {
    await start(reason.read().trim());
    dialog.close();
  } });
  const dialog = openDialog(heading, [element("p", {}, text), form.element]);
}
