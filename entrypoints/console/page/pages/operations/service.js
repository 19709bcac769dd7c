// The state of the service: its dependencies, its warnings, and what the health monitor reports.

import { get, stream } from "../../core/api.js";
import { label, number, title } from "../../core/format.js";
import { href } from "../../core/router.js";
import { current } from "../../core/session.js";
import { html } from "../../core/view.js";
import { badge } from "../../parts/badges.js";
import { facts } from "../../parts/page.js";
import { section } from "../../parts/section.js";

const WANTED = new URLSearchParams(["modelbook_health_monitor", "modelbook_health_providers", "modelbook_checkpoints_disagree", "modelbook_checkpoint_number"].map((name) => ["name[]", name]));
const STATES = ["healthy", "degraded", "unhealthy", "unknown"];

export function service(signal) {
  return section("Service", async () => {
    const [ready, figures] = await Promise.all([readiness(signal), measured(signal)]);
    const isReady = ready.status === "ready";
    return html`<p class="outcome">${isReady ? badge("Ready", "good") : badge("Not ready", "bad")}${isReady ? "The process that answered can do its work." : "The service lacks something that it needs. The checks below say what."}</p>
      ${facts([...Object.entries(ready.checks).map(([name, found]) => [label(name), found === "ok" ? "answers" : found]), ...monitor(figures), ...checkpoints(figures)])}
      ${Object.entries(ready.warnings ?? {}).map(([name, text]) => html`<div class="notice warn"><p><strong>${title(name)}: </strong>${text}</p></div>`)}
      ${current()?.organizationId ? html`<p class="quiet">The providers of your own organization, each with its checks: <a href=${href("/providers")}>Providers</a>.</p>` : null}`;
  });
}

// 503 is an answer here, not a failure.
async function readiness(signal) {
  try {
    return await get("/readyz", {}, signal);
  } catch (error) {
    if (error.status === 503 && error.document.checks) return error.document;
    throw error;
  }
}

// Figures of the one process that answered; where they are kept from the public, the page does without.
async function measured(signal) {
  try {
    const text = await (await stream("GET", `/metrics?${WANTED}`, { headers: { Accept: "text/plain" }, signal })).text();
    return new Map(text.split("\n").filter((line) => line.startsWith("modelbook_")).map((line) => line.split(/ (?=[^ ]+$)/)).map(([name, value]) => [name, Number(value)]));
  } catch (error) {
    if (error.status === undefined) throw error;
    return new Map();
  }
}

function monitor(figures) {
  if (!figures.has("modelbook_health_monitor")) return [];
  if (figures.get("modelbook_health_monitor") === 0) return [["Health monitor", "another process, or none"]];
  const seen = STATES.map((state) => [state, figures.get(`modelbook_health_providers{status="${state}"}`) ?? 0]).filter(([, count]) => count > 0);
  return [["Health monitor", "this process"],
    ["Providers that it sees", seen.length ? seen.map(([state, count]) => `${number(count)} ${state}`).join(", ") : "none checked yet"]];
}

function checkpoints(figures) {
  const disagree = figures.get("modelbook_checkpoints_disagree") === 1;
  const written = figures.get("modelbook_checkpoint_number");
  if (disagree) return [["Checkpoints of the log", "not written: the database and the checkpoint sink disagree"]];
  return written ? [["Newest checkpoint of the log", `number ${number(written)}`]] : [];
}
