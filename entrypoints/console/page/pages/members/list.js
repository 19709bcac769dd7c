// The members of the organization, and who is invited.

import { ask } from "../../core/api.js";
import { MEMBERS } from "../../core/api-paths.js";
import { time, title } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { refusal } from "../../core/session.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, stamp } from "../../parts/badges.js";
import { cardFields, ChosenFacts } from "../../parts/columns.js";
import { copyable } from "../../parts/copy.js";
import { confirmed, openDialog } from "../../parts/dialog.js";
import { choice, search } from "../../parts/filters.js";
import { Field, Form } from "../../parts/form.js";
import { icon } from "../../parts/icon.js";
import { Listing, SORTS } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { timeline } from "../history/history.js";
import { showSecret } from "../keys/secret.js";

const ROLES = [["viewer", "Viewer: reads"], ["editor", "Editor: also changes models and runs them"], ["admin", "Admin: also changes providers, keys and members"]];
const LEAD = "People who sign in with a passphrase or a passkey. People who use an identity provider or a token are not listed.";

export async function show({ query, signal }) {
  const why = refusal("admin");
  if (why) return page("Members", { lead: LEAD }, nothing(why));
  const chooser = cardFields("members", FIELDS);
  const list = new Listing({
    path: MEMBERS, query, signal, sort: "createdAt", sorts: SORTS.filter(([sort]) => sort.endsWith("createdAt")), tools: chooser.view, csv: "members.csv", about: ["member."],
    filters: [search("q", "Search"), choice("status", "State", [["active", "Active"], ["invited", "Invited"]]), choice("role", "Role", ROLES.map(([name]) => [name, name]))],
    draw: (rows) => html`<ul class="cards">${rows.map((member) => card(member, chooser, list, signal))}</ul>`,
    empty: (isFiltered) => isFiltered ? nothing("Nobody matches.") : nothing("There are no members yet. Invite somebody: the link that you get lets that person choose a passphrase or a passkey.", inviter(list)),
  });
  await list.load();
  return page("Members", { lead: LEAD, actions: inviter(list) }, list.view);
}

const inviter = (list) => html`<${Action} needs="admin" run=${() => invite(list)}>${icon("plus")}Invite somebody<//>`;

const calledLike = (member) => member.name ?? member.address ?? member.id;

function card(member, chooser, list, signal) {
  const name = calledLike(member);
  const isInvited = member.status === "invited";
  return html`<li class="card key" key=${member.id} data-key=${member.id}>
    <div class="card-head"><h2>${name}</h2><p class="badges">${badge(title(member.role))}${isInvited ? state(member) : null}</p></div>
    <${ChosenFacts} chooser=${chooser} row=${member} />
    <div class="actions">
      ${isInvited ? html`<${Action} needs="admin" tone="plain" label="New link for ${name}" run=${() => inviteAgain(member, list)}>New link<//>` : null}
      <${Action} needs="admin" tone="plain" label="Role of ${name}" run=${() => changeRole(member, list)}>Role<//>
      <${Action} needs="admin" tone="plain" label="History of ${name}" run=${async () => openDialog(`History of ${name}`, await timeline(`${MEMBERS}/${member.id}`, signal), { wide: true })}>History<//>
      <${Action} needs="admin" tone="plain danger" label="${isInvited ? "Withdraw the invitation of" : "Remove"} ${name}" run=${() => remove(member, list)}>${isInvited ? "Withdraw" : "Remove"}<//>
    </div>
  </li>`;
}

const FIELDS = [
  { head: "Address", isWhole: () => true, cell: (member) => member.address === calledLike(member) ? null : member.address ?? "unknown" },
  { head: "Link expires", isWhole: () => true, cell: (member) => member.status === "invited" && member.invitationExpiresAt ? time(member.invitationExpiresAt) : null },
  { head: "Joined", named: (member) => member.status === "invited" ? "Invited" : "Joined", isWhole: () => true, cell: (member) => time(member.createdAt) },
  { head: "Changed", isExtra: true, isWhole: () => true, cell: (member) => stamp(member.updatedAt) },
  { head: "Id", isExtra: true, isWhole: () => true, cell: (member) => copyable(member.id, `the id of ${calledLike(member)}`) },
];

const state = (member) => new Date(member.invitationExpiresAt) > new Date() ? badge("Invited", "warn") : badge("Link expired", "bad");

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

async function inviteAgain(member, list) {
  const { document } = await ask("POST", `${MEMBERS}/${member.id}/invitation`, { once: true, revision: member.revision });
  showLink(document);
  list.load();
}

function showLink(member) {
  showSecret({ secret: member.invitationUrl }, `Invitation for ${calledLike(member)}`, "The link",
    "Copy the link now and pass it on privately. It can be used once, within 72 hours, and cannot be shown again.");
}

function changeRole(member, list) {
  const submit = async ({ role }) => {
    await ask("PATCH", `${MEMBERS}/${member.id}`, { body: { role }, revision: member.revision });
    dialog.close();
    list.load();
    say(`${calledLike(member)} is ${role} now.`);
  };
  const dialog = openDialog(`Role of ${calledLike(member)}`, html`<${Form} action="Save" submit=${submit}>
    <${Field} name="role" label="Role" type="choice" choices=${ROLES} value=${member.role} help="It applies immediately." />
  <//>`);
}

async function remove(member, list) {
  const name = calledLike(member);
  const isInvited = member.status === "invited";
  const done = await confirmed(isInvited ? `Withdraw the invitation of ${name}?` : `Remove ${name}?`,
    html`<p>${isInvited ? "The link is no longer good, and the address is forgotten." : "That person can do nothing in this organization from then on. What was done stays in the log."}</p>`, {
      action: isInvited ? "Withdraw" : "Remove",
      run: async () => {
        await ask("DELETE", `${MEMBERS}/${member.id}`, { revision: member.revision });
        return true;
      },
    });
  if (!done) return;
  list.load();
  say(isInvited ? `The invitation of ${name} was withdrawn.` : `${name} was removed.`);
}
