// All organizations, for those who run the service: their names, their quotas, their removal.

import { ask } from "../../core/api.js";
import { number } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { refusal } from "../../core/session.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, stamp } from "../../parts/badges.js";
import { copyable } from "../../parts/copy.js";
import { ChosenTable, Columns } from "../../parts/columns.js";
import { confirmed, openDialog } from "../../parts/dialog.js";
import { search } from "../../parts/filters.js";
import { Field, Form } from "../../parts/form.js";
import { icon } from "../../parts/icon.js";
import { Listing } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { changeQuotas } from "../quotas/form.js";

const ADMIN = "/api/admin/organizations";
const LEAD = "For platform administrators: every organization of this installation.";

export async function show({ query, signal }) {
  const why = refusal("platform");
  if (why) return page("Organizations", { lead: LEAD }, nothing(`${why} The operator of this service can give you such a token.`));
  const chooser = new Columns("organizations", columns(() => list.load()));
  const list = new Listing({
    path: ADMIN, query, signal, sort: null, tools: chooser.view, csv: "organizations.csv",
    filters: [search("q", "Search in name, or the beginning of an id")],
    draw: (rows) => html`<${ChosenTable} chooser=${chooser} rows=${rows} caption="Organizations, by name" />`,
    empty: (isFiltered) => nothing(isFiltered ? "No organization matches." : "There is no organization yet."),
  });
  await list.load();
  const register = html`<${Action} needs="platform" run=${() => registerOne(() => list.restart())}>${icon("plus")}Register an organization<//>`;
  return page("Organizations", { lead: LEAD, actions: register }, list.view);
}

const nameOf = ({ name, id }) => name ?? id;

const quotas = (held) => Object.entries(held).map(([name, amount]) => `${name} ${amount === 0 ? "no limit" : number(amount)}`).join(", ") || "–";

const columns = (again) => [
  { head: "Organization", isFixed: true, cell: (each) => html`${each.name ?? html`<span class="quiet">without a name</span>`}${each.isRemoved ? [" ", badge("Removed", "bad")] : null}<small>${copyable(each.id, `the id of ${nameOf(each)}`)}</small>` },
  { head: "Events", numeric: true, cell: (each) => number(each.events) },
  { head: "Last event", cell: (each) => stamp(each.lastEventAt) },
  { head: "Own quotas", cell: (each) => quotas(each.quotas) },
  { head: "Change", isFixed: true, isUnseen: true, cell: (each) => each.isRemoved ? null : html`<div class="actions">
    <${Action} needs="platform" tone="plain" label="Rename ${nameOf(each)}" run=${() => rename(each, again)}>Rename<//>
    <${Action} needs="platform" tone="plain" label="Quotas of ${nameOf(each)}" run=${() => changeQuotas(each.id, again, each.quotas)}>Quotas<//>
    <${Action} needs="platform" tone="plain danger" label="Remove ${nameOf(each)}" run=${() => remove(each, again)}>Remove<//>
  </div>` },
];

const UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

function registerOne(done) {
  const submit = async ({ name, id }) => {
    const { document } = await ask("PUT", `${ADMIN}/${id.trim()}`, { body: { name: name.trim() } });
    dialog.close();
    say(`${document.name} was registered.`);
    done();
  };
  const dialog = openDialog("Register an organization", html`<${Form} action="Register" submit=${submit}>
    <${Field} name="name" label="Name" required maxlength="200" />
    <${Field} name="id" label="Id" required value=${crypto.randomUUID()} pattern=${UUID} help="A UUID. The tokens of its members name it; take the one that they have already, or this new one." />
  <//>`);
}

function rename(organization, done) {
  const submit = async ({ name }) => {
    const { document } = await ask("PUT", `${ADMIN}/${organization.id}`, { body: { name: name.trim() } });
    dialog.close();
    say(`The organization is now named ${document.name}.`);
    done();
  };
  const dialog = openDialog(`Rename ${nameOf(organization)}`, html`<${Form} action="Save" submit=${submit}>
    <${Field} name="name" label="Name" required maxlength="200" value=${organization.name ?? ""} />
  <//>`);
}

async function remove(organization, done) {
  const expected = nameOf(organization);
  const typed = { current: null };
  const removed = await confirmed(`Remove ${expected}?`, html`<p>Providers, models, access keys, usage figures and everything else of it are deleted immediately and permanently. Its log stays verifiable; later writes for it are refused.</p>
    <${Field} name="again" label=${organization.name === null ? "Type the id again" : "Type the name again"} required control=${typed} />`, {
    action: "Remove permanently",
    run: async () => {
      if (typed.current.value.trim() !== expected) throw new Error("This does not match.");
      await ask("DELETE", `${ADMIN}/${organization.id}`);
      return true;
    },
  });
  if (!removed) return;
  say(`${expected} was removed.`);
  done();
}
