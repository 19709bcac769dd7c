// Setting the organization's budget, or doing without one.

import { ask } from "../../core/api.js";
import { PERIODS } from "../../core/budgets.js";
import { say } from "../../core/messages.js";
import { openDialog } from "../../parts/dialog.js";
import { field, Form } from "../../parts/form.js";

export function changeBudget(budget, done) {
  const usd = field({ name: "usd", label: "Budget", unit: "USD", type: "number", min: 0, value: budget.usd, help: "Empty: no budget." });
  const period = field({ name: "period", label: "For", type: "choice", choices: PERIODS, value: budget.period ?? "month", help: "What was spent in the present period counts." });
  const form = new Form([usd, period], { action: "Save", submit: async () => {
    const amount = usd.read();
    await ask("PUT", "/api/ai/budget", { body: amount === null ? {} : { usd: amount, period: period.read() } });
    dialog.close();
    say(amount === null ? "The organization has no budget any more." : "The budget was saved.");
    await done();
  } });
  form.body.classList.add("two");
  const dialog = openDialog("The organization’s budget", form.element);
}
