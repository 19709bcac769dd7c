// The read tables: how each stands, and what can be done with it.

import { get } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { number } from "../../core/format.js";
import { action } from "../../parts/action.js";
import { badge, when } from "../../parts/badges.js";
import { table } from "../../parts/table.js";
import { progress } from "./job.js";
import { section } from "./section.js";
import { mend, PROJECTIONS, rebuild, rollBack, verify } from "./start.js";
import { jobName, many, tableName } from "./words.js";

const REBUILDING = new Set(["rebuild", "roll-back", "mend"]);

export class ReadTables {
  constructor(jobs, signal) {
    this.jobs = jobs;
    this.signal = signal;
    this.states = new Map();
    this.actions = [];
    this.section = section("Read tables", () => this.#draw());
  }

  async #draw() {
    const { data } = await get(PROJECTIONS, {}, this.signal);
    this.states = new Map(data.map(({ name }) => [name, element("div", { class: "state-now" })]));
    this.actions = [];
    const drawn = [
      element("p", { class: "quiet" }, "What lists and searches read. They are written together with the log, and can be made from it anew at any time."),
      table([
        { head: "Table", cell: ({ name }) => [element("strong", {}, tableName(name)), element("small", {}, element("code", {}, name))] },
        { head: "Events", numeric: true, cell: ({ position }) => number(position) },
        { head: "Rows", numeric: true, cell: ({ rows }) => number(rows) },
        { head: "Last rebuild", cell: (status) => lastRebuild(status) },
        { head: "Compared with the log", cell: ({ name }) => this.states.get(name) },
        { head: "Actions", cell: (status) => this.#actions(status) },
      ], data, { caption: "Read tables" }),
      element("div", { class: "actions" }, this.#unlessRebuilding(action("Mend one organization", { needs: "platform", tone: "plain", run: () => mend(this.jobs) }))),
    ];
    this.follow();
    return drawn;
  }

  #actions({ name, hasPrevious }) {
    const shown = tableName(name);
    const none = "No earlier table is kept: it was not rebuilt yet.";
    return element("div", { class: "actions" },
      action("Verify", { needs: "platform", tone: "plain", label: `Verify ${shown}`, run: () => verify(this.jobs, name) }),
      this.#unlessRebuilding(action("Rebuild", { needs: "platform", tone: "plain", label: `Rebuild ${shown}`, run: () => rebuild(this.jobs, name) })),
      this.#unlessRebuilding(action("Roll back", { needs: "platform", tone: "plain", label: `Roll back ${shown}`, run: () => rollBack(this.jobs, name) }), hasPrevious ? null : none));
  }

  #unlessRebuilding(made, why = null) {
    this.actions.push([made, why]);
    return made;
  }

  // Shows what the jobs say of each table; of two rebuilds the second would be refused.
  follow() {
    const rebuilding = this.jobs.underWay.find(({ kind }) => REBUILDING.has(kind));
    for (const [made, why] of this.actions) made.refuse(rebuilding ? `Wait until this has ended, or stop it below: ${jobName(rebuilding)}.` : why);
    for (const [name, place] of this.states) replace(place, standing(name, this.jobs));
  }
}

function standing(name, jobs) {
  const working = jobs.underWay.find(({ projection }) => projection === name);
  if (working) return progress(working).element;
  const last = jobs.list.find(({ projection, state }) => projection === name && state === "succeeded");
  if (!last) return element("span", { class: "quiet" }, "not lately");
  return [verdict(last), element("small", {}, when(last.finishedAt))];
}

// A rebuilt table is right; one that was taken back is as right as it was.
function verdict({ kind, result }) {
  if (kind === "rebuild") return badge("Matches", "good");
  if (kind === "mend") return badge("Mended: verify it", "info");
  const { count } = kind === "verify" ? result.differences : result.differing;
  if (count) return badge(many(count, "row differs", "rows differ"), "bad");
  return kind === "verify" ? badge("Matches", "good") : badge("Taken back: verify it", "info");
}

function lastRebuild({ rebuiltAt, rebuiltPosition, isPlanned, hasLeftover }) {
  return [when(rebuiltAt), rebuiltPosition === null ? null : element("small", {}, `at event ${number(rebuiltPosition)}`),
    isPlanned ? element("small", {}, "New columns are planned: the next rebuild brings them.") : null,
    hasLeftover ? element("small", {}, "A table in the making lies beside it: a rebuild runs, or was broken off. The next one clears it away.") : null];
}
