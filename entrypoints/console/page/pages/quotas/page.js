// What the organization may have and do, and how much of that it uses at the moment.

import { get } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { bytes, number } from "../../core/format.js";
import { current } from "../../core/session.js";
import { action } from "../../parts/action.js";
import { page } from "../../parts/page.js";
import { isHeld } from "../../parts/redraw.js";
import { section } from "../../parts/section.js";
import { shareBar } from "../../parts/share.js";
import { table } from "../../parts/table.js";
import { changeQuotas } from "./form.js";
import { isBytes, QUOTAS } from "./names.js";

const RENEWED_MS = 5000;

export async function show({ signal }) {
  let uses = null;
  const read = () => (uses ??= get("/api/ai/quotas", {}, signal));
  const parts = QUOTAS.map(([heading, names]) => section(heading, async () => rows(heading, names, await read())));
  const load = () => {
    uses = null;
    return Promise.all(parts.map((part) => part.load()));
  };
  await load();
  const shown = element("div", { class: "stack quotas" }, parts.map((part) => part.element));
  const timer = setInterval(() => document.hidden || isHeld(shown) || load(), RENEWED_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  const change = action("Change the quotas", { needs: "platform", tone: "plain", run: () => changeQuotas(current().organizationId, load) });
  return page("Quotas", { lead: "What the organization may have and do, and what it uses of that at the moment.", actions: [change] }, shown);
}

function rows(caption, names, uses) {
  return table([
    { head: "Quota", cell: ([, label]) => label },
    { head: "Used", cell: ([name, label]) => use(name, label, uses[name]) },
    ...(names.some(([name]) => uses[name].resetsAfterSeconds !== null) ? [{ head: "Free again", cell: ([name]) => uses[name].resetsAfterSeconds ? `in ${uses[name].resetsAfterSeconds} s` : "–" }] : []),
  ], names.map(([name, label]) => Object.assign([name, label], { id: name })), { caption });
}

function use(name, label, { limit, used }) {
  const written = isBytes(name) ? bytes : number;
  if (limit === null) return element("span", { class: "quiet" }, used === null ? "no limit" : `${written(used)}, no limit`);
  return shareBar(used ?? 0, limit, { label, text: used === null ? `at most ${written(limit)}` : `${written(used)} of ${written(limit)}` });
}
