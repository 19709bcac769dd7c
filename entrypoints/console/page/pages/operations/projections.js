// The projections: how each stands, and what can be done with it.

import { get } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { number } from "../../core/format.js";
import { action } from "../../old/action.js";
import { badge, when } from "../../old/badges.js";
import { table } from "../../old/table.js";
import { progress } from "./job.js";
import { section } from "../../old/section.js";
import { PROJECTIONS, rebuild, rebuildOne, verify } from "./start.js";
import { many, tableName } from "./labels.js";

export class Projections {
  constructor(jobs, signal) {
    this.jobs = jobs;
    this.signal = signal;
    this.states = new Map();
    this.section = section("Projections", () => this.#draw());
  }

  async #draw() {
    const { data } = await get(PROJECTIONS, {}, this.signal);
    this.states = new Map(data.map(({ name }) => [name, element("div", { class: "state-now" })]));
    const drawn = [
      element("p", { class: "quiet" }, "What lists and searches read. They are written together with the log and can be rebuilt from it at any time."),
      table([
        { head: "Projection", cell: ({ name }) => [element("strong", {}, tableName(name)), element("small", {}, element("code", {}, name))] },
        { head: "Events", numeric: true, cell: ({ position }) => number(position) },
        { head: "Rows", numeric: true, cell: ({ rows }) => number(rows) },
        { head: "Last rebuild", cell: ({ rebuiltAt }) => when(rebuiltAt) },
        { head: "Verified", cell: ({ proved, organizations }) => `${number(proved)} of ${many(organizations, "organization")}` },
        { head: "Compared with the log", cell: ({ name }) => this.states.get(name) },
        { head: "Actions", cell: (status) => this.#actions(status) },
      ], data, { caption: "Projections" }),
      element("div", { class: "actions" },
        action("Verify all", { needs: "platform", tone: "plain", run: () => verify(this.jobs, "all") }),
        action("Rebuild all", { needs: "platform", tone: "plain", run: () => rebuild(this.jobs, "all") }),
        action("Rebuild one organization", { needs: "platform", tone: "plain", run: () => rebuildOne(this.jobs) })),
    ];
    this.follow();
    return drawn;
  }

  #actions({ name }) {
    const shown = tableName(name);
    return element("div", { class: "actions" },
      action("Verify", { needs: "platform", tone: "plain", label: `Verify ${shown}`, run: () => verify(this.jobs, name) }),
      action("Rebuild", { needs: "platform", tone: "plain", label: `Rebuild ${shown}`, run: () => rebuild(this.jobs, name) }));
  }

  // Shows what the jobs say of each table.
  follow() {
    for (const [name, place] of this.states) replace(place, standing(name, this.jobs));
  }
}

function standing(name, jobs) {
  const isAbout = ({ kind, projection }) => kind !== "rotate-keys" && (projection === name || projection === null);
  const working = jobs.underWay.find(isAbout);
  if (working) return progress(working).element;
  const last = jobs.list.find((job) => isAbout(job) && job.state === "succeeded" && job.organizationId === null);
  if (!last) return element("span", { class: "quiet" }, "not lately");
  return [outcome(last, name), element("small", {}, when(last.finishedAt))];
}

// A rebuilt table is right, but for what could not be read.
function outcome({ kind, result }, name) {
  if (result.unreadable.count) return badge("Not all can be read", "bad");
  const { differences: { count } } = result.data.find((each) => each.name === name);
  return kind === "verify" && count ? badge(many(count, "row differs", "rows differ"), "bad") : badge("Matches", "good");
}
