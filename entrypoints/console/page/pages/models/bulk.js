// Changing many models at once, with what became of each.

import { ask } from "../../core/api.js";
import { number } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { MODELS } from "../../core/api-paths.js";
import { html } from "../../core/view.js";
import { badge } from "../../parts/badges.js";
import { confirmed, openDialog } from "../../parts/dialog.js";
import { removeLater } from "../../parts/remove-later.js";
import { Table } from "../../parts/table.js";

const DONE = { enable: "enabled", disable: "disabled", delete: "deleted" };
const OPPOSITE = { enable: "disable", disable: "enable" };
const MOST = 1000;
const MOST_SHOWN = 200;

// `tell(text)` says how far it is.
export async function changeMany(op, models, tell, done) {
  if (op === "delete") {
    if (!(await confirmed(`Delete ${models.length} models?`, warning(models), { action: "Delete them", run: () => true }))) return;
    const { sum, removed } = deletion(models);
    removeLater(models.map((model) => model.id), { text: `${sum} deleted in some seconds.`, removed, run: async () => isWhole(op, await change(op, models, () => {})) });
    done();
    return;
  }
  const results = await change(op, models, tell);
  if (isWhole(op, results)) say(`${counted(results)} ${DONE[op]}.`, { undo: () => changeMany(OPPOSITE[op], results.map(({ id, revision, name }) => ({ id, revision, name })), () => {}, done) });
  done();
}

const counted = ({ length }) => `${number(length)} ${length === 1 ? "model was" : "models were"}`;

const deletion = (models) => ({ sum: models.length === 1 ? "1 model is" : `${number(models.length)} models are`, removed: `${counted(models)} deleted.` });

// Whether all went well; what did not is shown.
function isWhole(op, results) {
  const isGood = results.every((result) => !result.error);
  if (!isGood) showResults(op, results);
  return isGood;
}

// Each for itself: one that somebody else has changed since does not hold up the others.
async function change(op, models, tell) {
  const results = [];
  for (let start = 0; start < models.length; start += MOST) {
    const part = models.slice(start, start + MOST);
    const operations = part.map((model) => ({ op, id: model.id, revision: model.revision }));
    const { document } = await ask("POST", `${MODELS}/bulk`, { body: { atomic: false, operations }, once: true });
    results.push(...document.results.map(({ index, revision, error }) => ({ id: part[index].id, name: part[index].name, revision, error })));
    tell(`${number(results.length)} of ${number(models.length)} done…`);
  }
  return results;
}

const warning = (models) => html`<p>Prompts can no longer run on them. Their history stays in the audit log.</p>
  <ul>${models.slice(0, 10).map((model) => html`<li>${model.name}</li>`)}${models.length > 10 ? html`<li>and ${models.length - 10} more</li>` : null}</ul>`;

function showResults(op, results) {
  const refused = results.filter((result) => result.error);
  const isLong = results.length > MOST_SHOWN;
  const columns = [
    { head: "Model", cell: (result) => result.name },
    { head: "Result", cell: (result) => result.error ? badge("Refused", "bad") : badge(DONE[op], "good") },
    { head: "Why", cell: (result) => result.error?.detail ?? result.error?.message ?? "" },
  ];
  openDialog("Result of each", html`<p>${number(results.length - refused.length)} ${DONE[op]}, ${number(refused.length)} refused.${isLong ? ` Shown are those that were refused, at most ${number(MOST_SHOWN)}.` : null}</p><${Table} columns=${columns} rows=${isLong ? refused.slice(0, MOST_SHOWN) : results} caption="Results" />`, { wide: true });
}
