// The members of the organization, and who is invited.

import { ask } from "../../core/api.js";
import { MEMBERS } from "../../core/api-paths.js";
import { time, title, UNKNOWN } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { refusal } from "../../core/session.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, stamp } from "../../parts/badges.js";
import { ChosenTable, Columns } from "../../parts/columns.js";
import { copyable } from "../../parts/copy.js";
import { openDialog } from "../../parts/dialog.js";
import { choice, search } from "../../parts/filters.js";
import { Field, Form } from "../../parts/form.js";
import { icon } from "../../parts/icon.js";
import { Listing } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { removeLater } from "../../parts/remove-later.js";
import { named, openDetails } from "../../parts/row-details.js";
import { timeline } from "../history/history.js";
import { showSecret } from "../keys/secret.js";

const ROLES = [["viewer", "Viewer: reads"], ["editor", "Editor: also changes models and runs them"], ["admin", "Admin: also changes providers, keys and members"]];
const LEAD = "People who sign in with a passphrase or a passkey. People who use an identity provider or a token are not listed.";

export async function show({ query, signal }) {
  const why = refusal("admin");
  if (why) return page("Members", { lead: LEAD }, nothing(why));
  const chooser = new Columns("members", columns(() => list.load(), signal));
  const list = new Listing({
    path: MEMBERS, query, signal, sort: "createdAt", tools: chooser.view, csv: "members.csv", about: ["member."],
    filters: [search("q", "Search"), choice("status", "State", [["active", "Active"], ["invited", "Invited"]]), choice("role", "Role", ROLES.map(([name]) => [name, name]))],
    draw: (rows) => html`<${ChosenTable} chooser=${chooser} rows=${rows} caption="Members" sorted=${list.sort} onsort=${(sort) => list.sortBy(sort)} />`,
    empty: (isFiltered) => isFiltered ? nothing("Nobody matches.") : nothing("There are no members yet. Invite somebody: the link that you get lets that person choose a passphrase or a passkey.", inviter(list)),
  });
  await list.load();
  return page("Members", { lead: LEAD, actions: inviter(list) }, list.view);
}

const inviter = (list) => html`<${Action} needs="admin" run=${() => invite(list)}>${icon("plus")}Invite somebody<//>`;

const calledLike = (member) => member.name ?? member.address ?? member.id;

function columns(again, signal) {
  const all = [
    { head: "Member", isFixed: true, cell: (member) => named(calledLike(member), () => open(member)) },
    { head: "Address", cell: (member) => member.address ? html`<span class="address">${member.address}</span>` : "unknown" },
    { head: "Role", cell: (member) => title(member.role) },
    { head: "Joined or invited", sort: "createdAt", cell: (member) => stamp(member.createdAt) },
    { head: "Changed", isExtra: true, cell: (member) => stamp(member.updatedAt) },
    { head: "Id", isExtra: true, isWhole: true, cell: (member) => copyable(member.id, `the id of ${calledLike(member)}`) },
    { head: "State", cell: state },
    { head: "Link expires", isExtra: true, cell: (member) => isInvited(member) && member.invitationExpiresAt ? time(member.invitationExpiresAt) : UNKNOWN },
    { head: "Change", isFixed: true, isUnseen: true, cell: (member) => html`<${Action} needs="admin" tone="plain" label="Role of ${calledLike(member)}" run=${() => changeRole(member, again)}>Role<//>` },
  ];
  const open = (member) => openDetails(member, { what: "Member", name: calledLike(member), badges: state(member), columns: all.filter((column) => column.head !== "State"), acts: acts(member, again, signal) });
  return all;
}

const isInvited = (member) => member.status === "invited";

function acts(member, again, signal) {
  const name = calledLike(member);
  const history = async () => openDialog(`History of ${name}`, await timeline(`${MEMBERS}/${member.id}`, signal), { wide: true });
  return [
    ...(isInvited(member) ? [{ text: "New link", label: `New link for ${name}`, needs: "admin", run: () => inviteAgain(member, again) }] : []),
    { text: "Role", label: `Role of ${name}`, needs: "admin", run: () => changeRole(member, again) },
    { text: "History", label: `History of ${name}`, needs: "admin", run: history },
    { text: isInvited(member) ? "Withdraw" : "Remove", label: `${isInvited(member) ? "Withdraw the invitation of" : "Remove"} ${name}`, needs: "admin", tone: "danger", run: () => remove(member) },
  ];
}

function state(member) {
  if (!isInvited(member)) return badge("Active", "good");
  return new Date(member.invitationExpiresAt) > new Date() ? badge("Invited", "warn") : badge("Link expired", "bad");
}

function invite(list) {
  const submit = async ({ address, name, role }) => {
    const body = { address: address.trim(), role, ...(name.trim() ? { name: name.trim() } : {}) };
    const { document } = await ask("POST", MEMBERS, { body, once: true });
    dialog.close();
    showLink(document);
    list.restart();
  };
  const dialog = openDialog("Invite somebody", html`<${Form} action="Invite" submit=${submit}>
    <${Field} name="address" label="E-mail address" type="email" required help="What the person will sign in with. The service sends no e-mail: you pass on a link." />
    <${Field} name="name" label="Name" maxlength="200" help="Optional; the person can change it." />
    <${Field} name="role" label="Role" type="choice" choices=${ROLES} value="viewer" />
  <//>`);
}

async function inviteAgain(member, again) {
  const { document } = await ask("POST", `${MEMBERS}/${member.id}/invitation`, { once: true, revision: member.revision });
  showLink(document);
  again();
}

function showLink(member) {
  showSecret({ secret: member.invitationUrl }, `Invitation for ${calledLike(member)}`, "The link",
    "Copy the link now and pass it on privately. It can be used once, within 72 hours, and cannot be shown again.");
}

function changeRole(member, again) {
  const submit = async ({ role }) => {
    await ask("PATCH", `${MEMBERS}/${member.id}`, { body: { role }, revision: member.revision });
    dialog.close();
    again();
    say(`${calledLike(member)} is ${role} now.`);
  };
  const dialog = openDialog(`Role of ${calledLike(member)}`, html`<${Form} action="Save" submit=${submit}>
    <${Field} name="role" label="Role" type="choice" choices=${ROLES} value=${member.role} help="It applies immediately." />
  <//>`);
}

function remove(member) {
  const name = calledLike(member);
  removeLater([member.id], {
    text: isInvited(member) ? `The invitation of ${name} is withdrawn in a few seconds, and the address forgotten.` : `${name} is removed in a few seconds, and can do nothing here from then on.`,
    removed: isInvited(member) ? `The invitation of ${name} was withdrawn.` : `${name} was removed.`,
    run: async () => {
      await ask("DELETE", `${MEMBERS}/${member.id}`, { revision: member.revision });
      return true;
    },
  });
}
