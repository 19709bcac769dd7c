// Two people at once: shows what the other one changed, and lets one merge both or begin again.

import { element, replace, uniqueId } from "../core/elements.js";
import { label, value } from "../core/format.js";
import { openDialog } from "./dialog.js";

const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

// The fields of a change that differ from what was read.
export function changesOf(before, after) {
  return Object.fromEntries(Object.entries(after).filter(([name, now]) => !same(before[name], now)));
}

// Saves the change; when somebody else was faster, asks what to do and saves the merged change on top of theirs.
// Returns the saved document, or null when the person chose to read it anew or to stop.
export async function saved(base, change, { read, write, reload }) {
  let before = base;
  let mine = change;
  for (;;) {
    try {
      return await write(mine, before.revision);
    } catch (error) {
      if (error.status !== 412) throw error;
      const theirs = await read();
      const choice = await choose(before, theirs, mine);
      if (choice === "reload") reload(theirs);
      if (typeof choice !== "object") return null;
      mine = choice;
      before = theirs;
    }
  }
}

function choose(before, theirs, mine) {
  return new Promise((resolve) => {
    let choice = null;
    const rows = differing(before, theirs, mine);
    const finish = (made) => () => {
      choice = made();
      dialog.close();
    };
    const dialog = openDialog("Somebody else saved first", [
      element("p", {}, `While you were editing, it went from revision ${before.revision} to ${theirs.revision}. Nothing of yours is lost: choose, and save again.`),
      table(rows),
      element("div", { class: "buttons" },
        element("button", { type: "button", class: "plain", onclick: () => dialog.close() }, "Back to the form"),
        element("button", { type: "button", class: "plain", onclick: finish(() => "reload") }, "Reload, drop mine"),
        element("button", { type: "button", onclick: finish(() => merged(rows, mine)) }, "Save merged"))],
    { wide: true, onclose: () => resolve(choice) });
  });
}

function differing(before, theirs, mine) {
  const names = Object.keys(before).filter((name) => name in mine || !same(before[name], theirs[name]));
  const unimportant = new Set(["revision", "updatedAt", "lastHealthCheck", "sources"]);
  const added = Object.keys(mine).filter((name) => !(name in before));
  return [...names.filter((name) => !unimportant.has(name)), ...added].map((name) => ({
    name, before: before[name], theirs: theirs[name], mine: mine[name],
    isMine: name in mine, isTheirs: !same(before[name], theirs[name]), choice: "mine",
  }));
}

function table(rows) {
  const lines = rows.map((row) => {
    const place = element("td", { role: "cell", "data-head": "Keep" });
    replace(place, row.isMine && row.isTheirs && !same(row.mine, row.theirs) ? picker(row) : row.isMine ? "yours" : "theirs");
    return element("tr", { role: "row" }, element("th", { role: "rowheader", scope: "row" }, label(row.name)),
      cell("Before", row.before), cell("Theirs", row.isTheirs ? row.theirs : undefined), cell("Yours", row.isMine ? row.mine : undefined), place);
  });
  return element("div", { class: "table" }, element("table", { role: "table" },
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ["Field", "Before", "Theirs", "Yours", "Keep"].map((head) => element("th", { role: "columnheader", scope: "col" }, head)))),
    element("tbody", { role: "rowgroup" }, lines)));
}

const cell = (head, shown) => element("td", { role: "cell", "data-head": head }, element("div", {}, shown === undefined ? element("span", { class: "quiet" }, "unchanged") : value(shown)));

function picker(row) {
  const name = uniqueId("keep");
  const option = (key, text) => element("label", { class: "radio" },
    element("input", { type: "radio", name, value: key, checked: row.choice === key, onchange: () => (row.choice = key) }), text);
  return element("fieldset", {}, element("legend", { class: "unseen" }, `Which ${label(row.name)} to keep`), option("mine", "yours"), option("theirs", "theirs"));
}

function merged(rows, mine) {
  const dropped = new Set(rows.filter((row) => row.choice === "theirs").map((row) => row.name));
  return Object.fromEntries(Object.entries(mine).filter(([name]) => !dropped.has(name)));
}
