// Changing many models at once, with what became of each.

import { ask } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { say } from "../../core/messages.js";
import { MODELS } from "../../core/api-paths.js";
import { badge } from "../../parts/badges.js";
import { confirmed, openDialog } from "../../parts/dialog.js";
import { table } from "../../parts/table.js";

const DONE = { enable: "enabled", disable: "disabled", delete: "deleted" };
const MOST = 1000;

export async function changeMany(op, models, done) {
  const run = () => change(op, models);
  const results = op === "delete" ? await confirmed(`Delete ${models.length} models?`, warning(models), { action: "Delete them", run }) : await run();
  if (!results) return;
  const failed = results.filter((result) => result.error);
  if (failed.length === 0) say(`${results.length} ${results.length === 1 ? "model was" : "models were"} ${DONE[op]}.`);
  else showResults(op, results);
  done();
}

// Each for itself: one that somebody else has changed since does not hold up the others.
async function change(op, models) {
  const results = [];
  for (let start = 0; start < models.length; start += MOST) {
    const part = models.slice(start, start + MOST);
    const operations = part.map((model) => ({ op, id: model.id, revision: model.revision }));
    const { document } = await ask("POST", `${MODELS}/bulk`, { body: { atomic: false, operations }, once: true });
    results.push(...document.results.map((result) => ({ ...result, name: part[result.index].name })));
  }
  return results;
}

function warning(models) {
  return [element("p", {}, "Prompts can no longer run on them. Their history stays in the audit log."),
    element("ul", {}, models.slice(0, 10).map((model) => element("li", {}, model.name)), models.length > 10 ? element("li", {}, `and ${models.length - 10} more`) : null)];
}

function showResults(op, results) {
  const failed = results.filter((result) => result.error).length;
  openDialog("What became of each", [
    element("p", {}, `${results.length - failed} ${DONE[op]}, ${failed} refused.`),
    table([
      { head: "Model", cell: (result) => result.name },
      { head: "Result", cell: (result) => result.error ? badge("Refused", "bad") : badge(DONE[op], "good") },
      { head: "Why", cell: (result) => result.error?.detail ?? result.error?.message ?? "" },
    ], results, { caption: "Results" }),
  ], { wide: true });
}
