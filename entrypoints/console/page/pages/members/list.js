// The members of the organization, and who is invited.

import { ask } from "../../core/api.js";
import { MEMBERS } from "../../core/api-paths.js";
import { element } from "../../core/elements.js";
import { time } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { refusal } from "../../core/session.js";
import { action } from "../../old/action.js";
import { badge } from "../../old/badges.js";
import { confirmed, openDialog } from "../../old/dialog.js";
import { choice, search } from "../../old/filters.js";
import { field, Form } from "../../old/form.js";
import { Listing } from "../../old/listing.js";
import { facts, nothing, page } from "../../old/page.js";
import { timeline } from "../keys/history.js";
import { showSecret } from "../keys/secret.js";

const ROLES = [["viewer", "Viewer: reads"], ["editor", "Editor: also changes models and runs them"], ["admin", "Admin: also changes providers, keys and members"]];
const LEAD = "People who sign in with a passphrase or a passkey. Whoever comes by an identity provider or with a token is not listed.";

export async function show({ query, signal }) {
  const why = refusal("admin");
  if (why) return page("Members", { lead: LEAD }, nothing(why));
  const list = new Listing({
    path: MEMBERS, query, signal, sort: null, about: ["member."],
    filters: [search("q", "Search"), choice("status", "State", [["active", "Active"], ["invited", "Invited"]]), choice("role", "Role", ROLES.map(([name]) => [name, name]))],
    draw: (rows) => element("ul", { class: "cards" }, rows.map((member) => card(member, list, signal))),
    empty: (isFiltered) => isFiltered ? nothing("Nobody matches.") : nothing("Nobody is a member yet. Invite somebody: the link that you get lets that person choose a passphrase or a passkey.", inviter(list)),
  });
  await list.load();
  return page("Members", { lead: LEAD, actions: [inviter(list)] }, list.element);
}

const inviter = (list) => action("Invite somebody", { needs: "admin", run: () => invite(list) });

const calledLike = (member) => member.name ?? member.address ?? member.id;

function card(member, list, signal) {
  const name = calledLike(member);
  const isInvited = member.status === "invited";
  return element("li", { class: "card key", "data-key": member.id },
    element("div", { class: "card-head" }, element("h2", {}, name), element("p", { class: "badges" }, badge(member.role), isInvited ? state(member) : null)),
    facts([["Address", member.address ?? "unknown"],
      isInvited && member.invitationExpiresAt ? ["Link good until", time(member.invitationExpiresAt)] : null,
      ["Since", time(member.createdAt)]]),
    element("div", { class: "actions" },
      isInvited ? action("New link", { needs: "admin", tone: "plain", label: `New link for ${name}`, run: () => inviteAgain(member, list) }) : null,
      action("Role", { needs: "admin", tone: "plain", label: `Role of ${name}`, run: () => changeRole(member, list) }),
      action("History", { needs: "admin", tone: "plain", label: `History of ${name}`, run: async () => openDialog(`History of ${name}`, await timeline(`${MEMBERS}/${member.id}`, signal), { wide: true }) }),
      action(isInvited ? "Withdraw" : "Remove", { needs: "admin", tone: "plain danger", label: `${isInvited ? "Withdraw the invitation of" : "Remove"} ${name}`, run: () => remove(member, list) })));
}

const state = (member) => new Date(member.invitationExpiresAt) > new Date() ? badge("Invited", "warn") : badge("Link expired", "bad");

function invite(list) {
  const address = field({ name: "address", label: "E-mail address", type: "email", required: true, help: "What the person will sign in with. The service sends no mail: you hand over a link." });
  const name = field({ name: "name", label: "Name", maxlength: 200, help: "If you know it; the person can change it." });
  const role = field({ name: "role", label: "Role", type: "choice", choices: ROLES, value: "viewer" });
  const form = new Form([address, name, role], { action: "Invite", submit: async () => {
    const body = { address: address.read().trim(), role: role.read(), ...(name.read().trim() ? { name: name.read().trim() } : {}) };
    const { document } = await ask("POST", MEMBERS, { body, once: true });
    dialog.close();
    showLink(document);
    list.restart();
  } });
  const dialog = openDialog("Invite somebody", form.element);
}

async function inviteAgain(member, list) {
  const { document } = await ask("POST", `${MEMBERS}/${member.id}/invitation`, { once: true, revision: member.revision });
  showLink(document);
  list.load();
}

function showLink(member) {
  showSecret({ secret: member.invitationUrl }, `Invitation for ${calledLike(member)}`, "The link",
    "Copy the link now and hand it over, where nobody else reads it. It is good once, and for 72 hours, and cannot be shown again.");
}

function changeRole(member, list) {
  const role = field({ name: "role", label: "Role", type: "choice", choices: ROLES, value: member.role, help: "It counts at once." });
  const form = new Form([role], { action: "Save", submit: async () => {
    await ask("PATCH", `${MEMBERS}/${member.id}`, { body: { role: role.read() }, revision: member.revision });
    dialog.close();
    list.load();
    say(`${calledLike(member)} is ${role.read()} now.`);
  } });
  const dialog = openDialog(`Role of ${calledLike(member)}`, form.element);
}

async function remove(member, list) {
  const name = calledLike(member);
  const isInvited = member.status === "invited";
  const done = await confirmed(isInvited ? `Withdraw the invitation of ${name}?` : `Remove ${name}?`,
    element("p", {}, isInvited ? "The link is no longer good, and the address is forgotten." : "That person can do nothing in this organization from then on. What was done stays in the log."), {
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
