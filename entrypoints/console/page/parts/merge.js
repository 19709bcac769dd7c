// Edit conflicts: the second save shows what the first one changed, and lets the person merge or start again.

import { ask, get } from "../core/api.js";
import { html, useUniqueId } from "../core/view.js";
import { at, authors, changesOf, differing, isSame, placeName, placesIn, SECRET, shown } from "./changes.js";
import { openDialog } from "./dialog.js";

// Saves what was filled in, `mine`, over what was read, `base`; when somebody else was faster, asks what to keep and
// saves that on top of theirs. `flat` makes of a document what `base` is, and `patch(change, before)` a request.
// Returns the saved document, or null when the person chose to read it again or to stop.
export async function saved(path, base, mine, { flat = (document) => document, patch, reload }) {
  let before = base;
  let wanted = mine;
  for (;;) {
    try {
      return (await ask("PATCH", path, { body: patch(changesOf(before, wanted), before), revision: before.revision })).document;
    } catch (error) {
      if (error.status !== 412) throw error;
    }
    const theirs = flat(await get(path));
    if (differing(before, theirs).length > 0) {
      const choice = await choose(path, before, theirs, wanted);
      if (choice === "reload") reload(theirs);
      if (choice === null || choice === "reload") return null;
      wanted = choice;
    }
    before = theirs;
  }
}

async function choose(path, before, theirs, mine) {
  const who = await authors(path, before.revision);
  return new Promise((resolve) => {
    let choice = null;
    const rows = rowsOf(before, theirs, mine);
    openDialog("Somebody else saved first", ({ close }) => {
      const finish = (made) => () => {
        choice = made();
        close();
      };
      return html`<p><strong>${who}</strong> changed it while you were editing. Nothing of yours is lost: “Keep” shows what will be saved.</p>
        <${Rows} rows=${rows} />
        <div class="buttons">
          <button type="button" class="plain" onclick=${close}>Back to the form</button>
          <button type="button" class="plain" onclick=${finish(() => "reload")}>Reload, drop mine</button>
          <button type="button" onclick=${finish(() => merged(rows, mine))}>Save merged</button>
        </div>`;
    }, { wide: true, onclose: () => resolve(choice) });
  });
}

// One row for each thing that either has changed. What only they changed stays as they made it, unless one says so.
function rowsOf(before, theirs, mine) {
  return placesIn(theirs, mine).map((place) => {
    const isWritable = place[0] in mine;
    const row = { place, isWritable, before: at(before, place), theirs: at(theirs, place), mine: at(isWritable ? mine : before, place) };
    const isMine = !isSame(row.before, row.mine);
    return { ...row, isMine, isTheirs: !isSame(row.before, row.theirs), choice: isMine ? "mine" : "theirs" };
  }).filter((row) => row.isMine || row.isTheirs);
}

const HEADS = ["Field", "Before", "Theirs", "Yours", "Keep"];

function Rows({ rows }) {
  return html`<div class="table"><table role="table">
    <thead role="rowgroup"><tr role="row">${HEADS.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead>
    <tbody role="rowgroup">${rows.map((row) => html`<tr role="row">
      <th role="rowheader" scope="row">${placeName(row.place)}</th>
      ${cell("Before", shown(row.place, row.before))}
      ${cell("Theirs", row.isTheirs ? shown(row.place, row.theirs) : null)}
      ${cell("Yours", row.isMine ? shown(row.place, row.mine) : null)}
      <td role="cell" data-head="Keep">${kept(row)}</td>
    </tr>`)}</tbody>
  </table></div>`;
}

const cell = (head, held) => html`<td role="cell" data-head=${head}><div>${held ?? html`<span class="quiet">unchanged</span>`}</div></td>`;

function kept(row) {
  if (!row.isTheirs || isSame(row.mine, row.theirs)) return "yours";
  return row.isWritable ? html`<${Picker} row=${row} />` : "theirs";
}

function Picker({ row }) {
  const name = useUniqueId("keep");
  const option = (key, text) => html`<label class="radio"><input type="radio" name=${name} value=${key} defaultChecked=${row.choice === key} onchange=${() => (row.choice = key)} />${text}</label>`;
  return html`<fieldset><legend class="unseen">Which ${placeName(row.place)} to keep</legend>${option("mine", row.isMine ? "yours" : "as before")}${option("theirs", "theirs")}</fieldset>`;
}

// Exactly what the last column says.
function merged(rows, mine) {
  const result = structuredClone(mine);
  for (const { place: [name, member], theirs } of rows.filter((row) => row.isWritable && row.choice === "theirs")) {
    const holder = member === undefined ? result : (result[name] ??= {});
    if (theirs === undefined || SECRET.has(name)) delete holder[member ?? name];
    else holder[member ?? name] = theirs;
  }
  return result;
}
