// Asks why before a job is started that changes what is served.

import { current } from "../../core/session.js";
import { html } from "../../core/view.js";
import { openDialog } from "../../parts/dialog.js";
import { Field, Form } from "../../parts/form.js";
import { EVERY_TABLE, tableName } from "./labels.js";

export const PROJECTIONS = "/api/admin/projections";
export const KEYS = "/api/admin/keys";

export const verify = (jobs, name) => jobs.start(`${PROJECTIONS}/${name}/verify`);

export const rebuild = (jobs, name) => asked(`Rebuild ${tableName(name)}`,
  "The log is folded organization by organization, and rows that differ from it are rewritten in small batches. Reads and writes continue meanwhile.",
  { action: "Rebuild", start: ({ reason }) => jobs.start(`${PROJECTIONS}/${name}/rebuild`, { reason }) });

export const rotate = (jobs) => asked("Rotate the master key",
  "Every provider key has a key of its own, which a master key wraps. Keys that another master key wraps are rewrapped under the active one. No provider key is opened or changed, and prompts continue.",
  { action: "Rotate", start: ({ reason }) => jobs.start(`${KEYS}/rotate`, { reason }) });

export const rebuildOne = (jobs, { organizationId = current()?.organizationId ?? "", name = "all" } = {}) => asked("Rebuild one organization",
  "Rows that differ from the log of the organization are rewritten.", {
    action: "Rebuild",
    start: (given) => jobs.start(`${PROJECTIONS}/${given.projection}/rebuild`, { body: { organizationId: given.organizationId.trim() }, reason: given.reason }),
    fields: html`
      <${Field} name="organizationId" label="Organization" required value=${organizationId} help="The id of the organization. Only its own writes wait, for some milliseconds at a time." />
      <${Field} name="projection" label="Projection" type="choice" value=${name} choices=${[["all", "All"], ...EVERY_TABLE.map((each) => [each, tableName(each)])]} />`,
  });

/** @param {string} heading @param {string} text @param {{ action: string, start: (given: any) => any, fields?: any }} options */
function asked(heading, text, { action, start, fields = null }) {
  const submit = async (values) => {
    await start({ ...values, reason: values.reason.trim() });
    dialog.close();
  };
  const dialog = openDialog(heading, html`<p>${text}</p><${Form} action=${action} submit=${submit}>
    ${fields}
    <${Field} name="reason" label="Reason" help="Stored with the job." maxlength="500" />
  <//>`);
}
