// What keeps the service whole, for those who run it: projections, master keys, jobs, and how the service is.

import { refusal } from "../../core/session.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { nothing, page } from "../../parts/page.js";
import { Jobs } from "./jobs.js";
import { masterKeys } from "./keys.js";
import { projections } from "./projections.js";
import { service } from "./service.js";

const LEAD = "For platform administrators: across all organizations, while the service keeps running.";

export async function show({ signal }) {
  const why = refusal("platform");
  if (why) return page("Operations", { lead: LEAD }, nothing(`${why} The operator of this service can give you such a token.`));
  const jobs = new Jobs(signal);
  const tables = projections(jobs, signal);
  const keys = masterKeys(jobs, signal);
  const parts = [service(signal), tables, keys];
  jobs.onEnd = () => Promise.all([tables.load(), keys.load()]);
  const load = async () => {
    await jobs.load();
    await Promise.all(parts.map((part) => part.load()));
  };
  await load();
  jobs.watch();
  const actions = html`<${Action} needs="platform" tone="plain" run=${load}>Refresh<//>`;
  return page("Operations", { lead: LEAD, actions }, ...parts.map((part) => part.view), jobs.view);
}
