// What the organization may have and do, and how much of that it uses at the moment.

import { get } from "../../core/api.js";
import { bytes, number } from "../../core/format.js";
import { current } from "../../core/session.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { isHeld } from "../../parts/busy.js";
import { page } from "../../parts/page.js";
import { section } from "../../parts/section.js";
import { shareBar } from "../../parts/usage-bar.js";
import { Table } from "../../parts/table.js";
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
  const main = document.getElementById("main");
  const timer = setInterval(() => document.hidden || isHeld(main) || load(), RENEWED_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  const actions = html`<${Action} needs="platform" tone="plain" run=${() => changeQuotas(current().organizationId, load)}>Change the quotas<//>`;
  return page("Quotas", { lead: "What the organization may have and do, and what it uses of that now.", actions },
    html`<div class="stack quotas">${parts.map((part) => part.view)}</div>`);
}

function rows(caption, names, uses) {
  const columns = [
    { head: "Quota", cell: ([, label]) => label },
    { head: "Used", cell: ([name, label]) => use(name, label, uses[name]) },
    ...(names.some(([name]) => uses[name].resetsAfterSeconds !== null) ? [{ head: "Free again", cell: ([name]) => uses[name].resetsAfterSeconds ? `in ${uses[name].resetsAfterSeconds} s` : "–" }] : []),
  ];
  return html`<${Table} columns=${columns} rows=${names.map(([name, label]) => Object.assign([name, label], { id: name }))} caption=${caption} />`;
}

function use(name, label, { limit, used }) {
  const written = isBytes(name) ? bytes : number;
  if (limit === null) return html`<span class="quiet">${used === null ? "no limit" : `${written(used)}, no limit`}</span>`;
  return shareBar(used ?? 0, limit, { label, text: used === null ? `at most ${written(limit)}` : `${written(used)} of ${written(limit)}` });
}
