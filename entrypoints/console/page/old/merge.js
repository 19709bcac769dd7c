// Edit conflicts: the second save shows what the first one changed, and lets the person merge or start again.

import { ask, get } from "../core/api.js";
import { element, uniqueId } from "../core/elements.js";
import { at, authors, changesOf, differing, isSame, placeName, placesIn, SECRET, shown } from "./changes.js";
import { openDialog } from "./dialog.js";

// Saves what was filled in, `mine`, over what was read, `base`; when somebody else was faster, asks what to keep and
// saves that on top of theirs. `flat` makes of a document what `base` is, and `patch(change, before)` a request.
// Returns the saved document, or null when the person chose to read it anew or to stop.
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
    const finish = (made) => () => {
      choice = made();
      dialog.close();
    };
    const dialog = openDialog("Somebody else saved first", [
      element("p", {}, element("strong", {}, who), ` changed it while you were editing. Nothing of yours is lost: “Keep” says what will be saved.`),
      table(rows),
      element("div", { class: "buttons" },
        element("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "Back to the form"),
        element("button", { type: "button", class: "plain", onclick: finish(() => "reload") }, "Reload, drop mine"),
        element("button", { type: "button", onclick: finish(() => merged(rows, mine)) }, "Save merged"))],
    { wide: true, onclose: () => resolve(choice) });
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

function table(rows) {
  const lines = rows.map((row) => element("tr", { role: "row" }, element("th", { role: "rowheader", scope: "row" }, placeName(row.place)),
    cell("Before", shown(row.place, row.before)), cell("Theirs", row.isTheirs ? shown(row.place, row.theirs) : null),
    cell("Yours", row.isMine ? shown(row.place, row.mine) : null), element("td", { role: "cell", "data-head": "Keep" }, kept(row))));
  return element("div", { class: "table" }, element("table", { role: "table" },
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, HEADS.map((head) => element("th", { role: "columnheader", scope: "col" }, head)))),
    element("tbody", { role: "rowgroup" }, lines)));
}

const cell = (head, held) => element("td", { role: "cell", "data-head": head }, element("div", {}, held ?? element("span", { class: "quiet" }, "unchanged")));

function kept(row) {
  if (!row.isTheirs || isSame(row.mine, row.theirs)) return "yours";
  return row.isWritable ? picker(row) : "theirs";
}

function picker(row) {
  const name = uniqueId("keep");
  const option = (key, text) => element("label", { class: "radio" },
    element("input", { type: "radio", name, value: key, checked: row.choice === key, onchange: () => (row.choice = key) }), text);
  return element("fieldset", {}, element("legend", { class: "unseen" }, `Which ${placeName(row.place)} to keep`),
    option("mine", row.isMine ? "yours" : "as before"), option("theirs", "theirs"));
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
