// Setting the organization's budget, or doing without one.

import { ask } from "../../core/api.js";
import { PERIODS } from "../../core/budgets.js";
import { say } from "../../core/messages.js";
import { html } from "../../core/view.js";
import { openDialog } from "../../parts/dialog.js";
import { Field, Form } from "../../parts/form.js";

export function changeBudget(budget, done) {
  const submit = async ({ usd, period }) => {
    await ask("PUT", "/api/ai/budget", { body: usd === null ? {} : { usd, period } });
    dialog.close();
    say(usd === null ? "The organization no longer has a budget." : "The budget was saved.");
    await done();
  };
  const dialog = openDialog("The organization’s budget", html`<${Form} action="Save" isTwo submit=${submit}>
    <${Field} name="usd" label="Budget" unit="USD" type="number" min="0" value=${budget.usd} help="Empty: no budget." />
    <${Field} name="period" label="For" type="choice" choices=${PERIODS} value=${budget.period ?? "month"} help="What was already spent in the current period counts." />
  <//>`);
}
