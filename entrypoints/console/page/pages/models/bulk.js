// Changing many models at once, with what became of each.

import { ask } from "../../core/api.js";
import { number } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { MODELS } from "../../core/api-paths.js";
import { html } from "../../core/view.js";
import { inParts, isWhole } from "../../parts/bulk.js";
import { confirmed } from "../../parts/dialog.js";
import { removeLater } from "../../parts/remove-later.js";

const DONE = { enable: "enabled", disable: "disabled", delete: "deleted" };
const OPPOSITE = { enable: "disable", disable: "enable" };
// So many of them are less than 64 KiB.
const MOST = 500;

const words = (op) => ({ what: "Model", done: DONE[op] });

// `tell(text)` says how far it is.
export async function changeMany(op, models, tell, done) {
  if (op === "delete") {
    if (!(await confirmed(`Delete ${models.length} models?`, warning(models), { action: "Delete them", run: () => true }))) return;
    const { sum, removed } = deletion(models);
    removeLater(models.map((model) => model.id), { text: `${sum} deleted in a few seconds.`, removed, run: async () => isWhole(await change(op, models, () => {}), words(op)) });
    done();
    return;
  }
  const results = await change(op, models, tell);
  // What was so before is not undone.
  const changed = results.filter((result) => result.isChanged);
  if (isWhole(results, words(op))) say(`${counted(results)} ${DONE[op]}.`, { undo: changed.length ? () => changeMany(OPPOSITE[op], changed, () => {}, done) : null });
  done();
}

const counted = ({ length }) => `${number(length)} ${length === 1 ? "model was" : "models were"}`;

const deletion = (models) => ({ sum: models.length === 1 ? "1 model is" : `${number(models.length)} models are`, removed: `${counted(models)} deleted.` });

// Each for itself: one that somebody else has changed since does not hold up the others.
const change = (op, models, tell) => inParts(models, MOST, async (part) => {
  const operations = part.map((model) => ({ op, id: model.id, revision: model.revision }));
  const { document } = await ask("POST", `${MODELS}/bulk`, { body: { atomic: false, operations }, once: true, outlives: op === "delete" });
  return document.results.map(({ index, revision, error }) => ({ id: part[index].id, name: part[index].name, revision, error, isChanged: revision !== part[index].revision }));
}, tell);

const warning = (models) => html`<p>Prompts can no longer run on them. Their history stays in the audit log.</p>
  <ul>${models.slice(0, 10).map((model) => html`<li>${model.name}</li>`)}${models.length > 10 ? html`<li>and ${models.length - 10} more</li>` : null}</ul>`;
