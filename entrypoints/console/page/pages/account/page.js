// The account of whoever is signed in without an identity provider: name, passphrase, passkeys, and its end.

import { ask, get } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { time } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { canUsePasskeys, makePasskey } from "../../core/passkeys.js";
import { hasPasskeys, takeUp } from "../../core/provider-session.js";
import { current, signOut } from "../../core/session.js";
import { when } from "../../parts/badges.js";
import { openDialog } from "../../parts/dialog.js";
import { field, Form } from "../../parts/form.js";
import { card, facts, nothing, page } from "../../parts/page.js";
import { redraw } from "../../parts/redraw.js";

const ACCOUNT = "/auth/account";
const PASSKEYS = `${ACCOUNT}/passkeys`;

export async function show() {
  if (!current()?.accountId) return page("Your account", {}, nothing("You are signed in with a token or by your organization's identity provider, which keeps your account."));
  const place = element("div", { class: "stack narrow" });
  const draw = (account) => redraw(place, content(account, draw));
  draw(await get(ACCOUNT));
  return page("Your account", { lead: "It is yours, whatever organizations you belong to." }, place);
}

function content(account, draw) {
  return [naming(account, draw), passphrase(account, draw), passkeys(account, draw), organizations(), ending(account)];
}

function naming(account, draw) {
  const name = field({ name: "name", label: "Name", required: true, maxlength: 200, value: account.name, autocomplete: "name" });
  const form = new Form([name], { action: "Save the name", submit: async () => {
    const { document } = await ask("PATCH", ACCOUNT, { body: { name: name.read().trim() } });
    draw(document);
    await takeUp();
    say("Your name was saved.");
  } });
  return card("Who you are", facts([["You sign in as", account.address]]), form.element);
}

// An account without a passphrase is changed by whoever has signed in just now.
const confirming = (account) => account.hasPassphrase
  ? [field({ name: "currentPassphrase", label: "Present passphrase", type: "password", required: true, autocomplete: "current-password" })]
  : [];

const confirmation = (fields) => fields.length > 0 ? { currentPassphrase: fields[0].read() } : {};

function passphrase(account, draw) {
  const fields = confirming(account);
  const next = field({ name: "passphrase", label: "New passphrase", type: "password", required: true, autocomplete: "new-password", help: "At least 12 characters; several words are good. You are signed out everywhere else." });
  const form = new Form([...fields, next], { action: account.hasPassphrase ? "Change the passphrase" : "Set a passphrase", submit: async () => {
    const { document } = await ask("PUT", `${ACCOUNT}/passphrase`, { body: { passphrase: next.read(), ...confirmation(fields) } });
    draw(document);
    say("Your passphrase was changed.");
  } });
  return card("Passphrase", form.element);
}

function passkeys(account, draw) {
  const rows = account.passkeys.map((passkey) => element("li", { class: "card-head" },
    element("span", {}, passkey.name, " ", element("span", { class: "quiet" }, "added ", time(passkey.createdAt), passkey.lastUsedAt ? [", used ", when(passkey.lastUsedAt)] : null)),
    element("button", { type: "button", class: "plain danger", "aria-label": `Remove ${passkey.name}`, onclick: () => remove(account, passkey, draw) }, "Remove")));
  const add = canUsePasskeys() && hasPasskeys()
    ? element("button", { type: "button", onclick: () => addPasskey(account, draw) }, "Add a passkey")
    : element("p", { class: "quiet" }, "This browser, or the address of this service, has no passkeys.");
  return card("Passkeys", rows.length ? element("ul", { class: "cards" }, rows) : element("p", {}, "You have none. With a passkey you sign in by your device, without a passphrase."),
    element("div", { class: "actions" }, add));
}

function addPasskey(account, draw) {
  const name = field({ name: "name", label: "What to call it", required: true, maxlength: 200, value: "Passkey", help: "Such as the device that keeps it." });
  const fields = confirming(account);
  const form = new Form([name, ...fields], { action: "Add", submit: async () => {
    const made = await makePasskey(`${PASSKEYS}/options`);
    if (made === null) return;
    const { document } = await ask("POST", PASSKEYS, { body: { passkey: made, name: name.read().trim(), ...confirmation(fields) } });
    dialog.close();
    draw(document);
    say("The passkey was added.");
  } });
  const dialog = openDialog("Add a passkey", form.element);
}

function remove(account, passkey, draw) {
  const fields = confirming(account);
  const form = new Form(fields, { action: "Remove the passkey", submit: async () => {
    const { document } = await ask("DELETE", `${PASSKEYS}/${passkey.id}`, { body: confirmation(fields) });
    dialog.close();
    draw(document);
    say(`${passkey.name} was removed.`);
  } });
  const dialog = openDialog(`Remove ${passkey.name}?`, [element("p", {}, "It no longer opens this account. Delete it on your device too."), form.element]);
}

function organizations() {
  const all = current().organizations;
  return card("Organizations", all.length === 0 ? element("p", {}, "You belong to none. Ask an administrator for an invitation.")
    : facts(all.map(({ id, name, role }) => [name ?? id, role])));
}

function ending(account) {
  const open = () => {
    const fields = confirming(account);
    const form = new Form(fields, { action: "Erase my account", submit: async () => {
      await ask("DELETE", ACCOUNT, { body: confirmation(fields) });
      dialog.close();
      signOut("Your account was erased.");
    } });
    const dialog = openDialog("Erase your account?", [
      element("p", {}, "You leave all organizations. Your name, address, passphrase and passkeys are deleted for ever; what you did stays in the logs, under an id that leads to nobody."), form.element]);
  };
  return card("The end", element("p", {}, "Nothing brings an account back that was erased."),
    element("div", { class: "actions" }, element("button", { type: "button", class: "plain danger", onclick: open }, "Erase my account")));
}
