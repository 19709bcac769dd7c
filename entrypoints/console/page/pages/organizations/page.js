// All organizations, for those who run the service: their names, their quotas, their removal.

import { ask } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { number } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { refusal } from "../../core/session.js";
import { action } from "../../old/action.js";
import { badge, stamp } from "../../old/badges.js";
import { copyable } from "../../old/copy.js";
import { confirmed, openDialog } from "../../old/dialog.js";
import { search } from "../../old/filters.js";
import { field, Form } from "../../old/form.js";
import { Listing } from "../../old/listing.js";
import { nothing, page } from "../../old/page.js";
import { table } from "../../old/table.js";
import { changeQuotas } from "../quotas/form.js";

const ADMIN = "/api/admin/organizations";
const LEAD = "For platform administrators: every organization of this installation.";

export async function show({ query, signal }) {
  const why = refusal("platform");
  if (why) return page("Organizations", { lead: LEAD }, nothing(`${why} Whoever runs this service can give you such a token.`));
  const list = new Listing({
    path: ADMIN, query, signal, sort: null, csv: "organizations.csv",
    filters: [search("q", "Search in name, or the beginning of an id")],
    draw: (rows) => table(columns(() => list.load()), rows, { caption: "Organizations, by name" }),
    empty: (isFiltered) => nothing(isFiltered ? "No organization matches." : "There is no organization yet."),
  });
  await list.load();
  const register = action("Register an organization", { needs: "platform", run: () => registerOne(() => list.restart()) });
  return page("Organizations", { lead: LEAD, actions: [register] }, list.element);
}

const nameOf = ({ name, id }) => name ?? id;

function columns(again) {
  const act = (text, organization, run, tone = "plain") => action(text, { needs: "platform", tone, label: `${text === "Quotas" ? "Quotas of" : text} ${nameOf(organization)}`, run });
  return [
    { head: "Organization", cell: (each) => [each.name ?? element("span", { class: "quiet" }, "without a name"), each.isRemoved ? [" ", badge("Removed", "bad")] : null, element("small", {}, copyable(each.id, `the id of ${nameOf(each)}`))] },
    { head: "Events", numeric: true, cell: (each) => number(each.events) },
    { head: "Last event", cell: (each) => stamp(each.lastEventAt) },
    { head: "Own quotas", cell: (each) => Object.entries(each.quotas).map(([name, amount]) => `${name} ${amount === 0 ? "no limit" : number(amount)}`).join(", ") || "–" },
    { head: "Change", isUnseen: true, cell: (each) => each.isRemoved ? null : element("div", { class: "actions" },
      act("Rename", each, () => rename(each, again)), act("Quotas", each, () => changeQuotas(each.id, again, each.quotas)), act("Remove", each, () => remove(each, again), "plain danger")) },
  ];
}

function registerOne(done) {
  const name = field({ name: "name", label: "Name", required: true, maxlength: 200 });
  const id = field({ name: "id", label: "Id", required: true, value: crypto.randomUUID(), pattern: "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", help: "A UUID. The tokens of its members name it; take the one that they have already, or this new one." });
  const form = new Form([name, id], { action: "Register", submit: async () => {
    const { document } = await ask("PUT", `${ADMIN}/${id.read().trim()}`, { body: { name: name.read().trim() } });
    dialog.close();
    say(`${document.name} was registered.`);
    done();
  } });
  const dialog = openDialog("Register an organization", form.element);
}

function rename(organization, done) {
  const name = field({ name: "name", label: "Name", required: true, maxlength: 200, value: organization.name ?? "" });
  const form = new Form([name], { action: "Save", submit: async () => {
    const { document } = await ask("PUT", `${ADMIN}/${organization.id}`, { body: { name: name.read().trim() } });
    dialog.close();
    say(`The organization is called ${document.name}.`);
    done();
  } });
  const dialog = openDialog(`Rename ${nameOf(organization)}`, form.element);
}

async function remove(organization, done) {
  const expected = nameOf(organization);
  const typed = field({ name: "again", label: organization.name === null ? "Type the id again" : "Type the name again", required: true });
  const removed = await confirmed(`Remove ${expected}?`, [
    element("p", {}, "Providers, models, access keys, figures of use and everything else of it go at once and for ever. Its log stays verifiable; whoever writes for it afterwards is refused."), typed.element], {
    action: "Remove it for ever",
    run: async () => {
      if (typed.read().trim() !== expected) throw new Error("This is not the same.");
      await ask("DELETE", `${ADMIN}/${organization.id}`);
      return true;
    },
  });
  if (!removed) return;
  say(`${expected} was removed.`);
  done();
}
