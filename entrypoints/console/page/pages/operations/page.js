// What keeps the service whole, for those who run it: projections, master keys, jobs, and how the service is.

import { refusal } from "../../core/session.js";
import { action } from "../../old/action.js";
import { nothing, page } from "../../old/page.js";
import { Jobs } from "./jobs.js";
import { masterKeys } from "./keys.js";
import { Projections } from "./projections.js";
import { service } from "./service.js";

const LEAD = "For platform administrators: across all organizations, while the service goes on.";

export async function show({ signal }) {
  const why = refusal("platform");
  if (why) return page("Operations", { lead: LEAD }, nothing(`${why} Whoever runs this service can give you such a token.`));
  const jobs = new Jobs(signal);
  const tables = new Projections(jobs, signal);
  const keys = masterKeys(jobs, signal);
  const parts = [service(signal), tables.section, keys];
  jobs.onChange = () => tables.follow();
  jobs.onEnd = () => Promise.all([tables.section.load(), keys.load()]);
  const load = async () => {
    await jobs.load();
    await Promise.all(parts.map((part) => part.load()));
  };
  await load();
  jobs.watch();
  return page("Operations", { lead: LEAD, actions: [action("Refresh", { needs: "platform", tone: "plain", run: load })] }, ...parts.map((part) => part.element), jobs.element);
}
