// Replacing the quotas of an organization, for platform administrators.

import { ask, get } from "../../core/api.js";
import { say } from "../../core/messages.js";
import { html } from "../../core/view.js";
import { openDialog } from "../../parts/dialog.js";
import { Field, Form } from "../../parts/form.js";
import { QUOTAS } from "./names.js";

const LARGEST = 10 ** 15;

// `own` are those that it has been given; without them they are read from its log, which a person's own organization has open.
export async function changeQuotas(organizationId, done, own = null) {
  const given = own ?? await lastSet();
  const submit = async ({ reason, ...amounts }) => {
    const body = Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount !== null));
    await ask("PUT", `/api/admin/organizations/${organizationId}/quotas`, { body, reason: reason.trim() });
    dialog.close();
    say("The quotas were saved. They apply in all processes within seconds.");
    await done();
  };
  const dialog = openDialog("Change the quotas", html`<p>Empty: the installation's default. 0: no limit.</p>
    <${Form} action="Replace the quotas" isTwo submit=${submit}>
      ${QUOTAS.flatMap(([, names]) => names).map(([name, label]) => html`<${Field} key=${name} name=${name} label=${label} type="number" step="1" min="0" max=${LARGEST} value=${given[name]} />`)}
      <${Field} name="reason" label="Reason" maxlength="500" help="Kept in the audit log." />
    <//>`, { wide: true });
}

// The quotas that the person's own organization has been given; the answer about their use does not tell them from the installation's.
async function lastSet() {
  const { data: [latest] } = await get("/api/ai/audit", { type: "organization.limits-changed", limit: 1 });
  return latest?.facts.quotas ?? {};
}
