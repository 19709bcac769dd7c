// The account of whoever is signed in without an identity provider: name, passphrase, passkeys, and its end.

import { ask, get } from "../../core/api.js";
import { time } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { canUsePasskeys, makePasskey } from "../../core/passkeys.js";
import { hasPasskeys, takeUp } from "../../core/provider-session.js";
import { current, signOut } from "../../core/session.js";
import { html, useState } from "../../core/view.js";
import { when } from "../../parts/badges.js";
import { openDialog } from "../../parts/dialog.js";
import { Field, Form } from "../../parts/form.js";
import { card, facts, nothing, page } from "../../parts/page.js";

const ACCOUNT = "/auth/account";
const PASSKEYS = `${ACCOUNT}/passkeys`;

export async function show() {
  if (!current()?.accountId) return page("Your account", {}, nothing("You are signed in with a token or by your organization's identity provider, which keeps your account."));
  return page("Your account", { lead: "It is yours, whatever organizations you belong to." }, html`<${Account} first=${await get(ACCOUNT)} />`);
}

function Account({ first }) {
  const [account, changed] = useState(first);
  return html`<div class="stack narrow">${naming(account, changed)}${passphrase(account, changed)}${passkeys(account, changed)}${organizations()}${ending(account)}</div>`;
}

function naming(account, changed) {
  const submit = async ({ name }) => {
    const { document } = await ask("PATCH", ACCOUNT, { body: { name: name.trim() } });
    changed(document);
    await takeUp();
    say("Your name was saved.");
  };
  return card("Who you are", facts([["You sign in as", account.address]]), html`<${Form} action="Save the name" submit=${submit}>
    <${Field} name="name" label="Name" required maxlength="200" value=${account.name} autocomplete="name" />
  <//>`);
}

// An account without a passphrase is changed by whoever has signed in just now.
const confirming = (account) => account.hasPassphrase
  ? html`<${Field} name="currentPassphrase" label="Present passphrase" type="password" required autocomplete="current-password" />`
  : null;

const confirmation = ({ currentPassphrase }) => currentPassphrase === undefined ? {} : { currentPassphrase };

function passphrase(account, changed) {
  const submit = async (given, form) => {
    const { document } = await ask("PUT", `${ACCOUNT}/passphrase`, { body: { passphrase: given.passphrase, ...confirmation(given) } });
    form.reset();
    changed(document);
    say("Your passphrase was changed.");
  };
  return card("Passphrase", html`<${Form} action=${account.hasPassphrase ? "Change the passphrase" : "Set a passphrase"} submit=${submit}>
    ${confirming(account)}
    <${Field} name="passphrase" label="New passphrase" type="password" required autocomplete="new-password" help="At least 12 characters; several words are good. You are signed out everywhere else." />
  <//>`);
}

function passkeys(account, changed) {
  const rows = account.passkeys.map((passkey) => html`<li class="card-head" key=${passkey.id}>
    <span>${passkey.name} <span class="quiet">added ${time(passkey.createdAt)}${passkey.lastUsedAt ? [", used ", when(passkey.lastUsedAt)] : null}</span></span>
    <button type="button" class="plain danger" aria-label="Remove ${passkey.name}" onclick=${() => remove(account, passkey, changed)}>Remove</button>
  </li>`);
  const add = canUsePasskeys() && hasPasskeys()
    ? html`<button type="button" onclick=${() => addPasskey(account, changed)}>Add a passkey</button>`
    : html`<p class="quiet">This browser, or the address of this service, has no passkeys.</p>`;
  return card("Passkeys", rows.length ? html`<ul class="cards">${rows}</ul>` : html`<p>You have none. With a passkey you sign in with your device, without a passphrase.</p>`,
    html`<div class="actions">${add}</div>`);
}

function addPasskey(account, changed) {
  const submit = async (given) => {
    const made = await makePasskey(`${PASSKEYS}/options`);
    if (made === null) return;
    const { document } = await ask("POST", PASSKEYS, { body: { passkey: made, name: given.name.trim(), ...confirmation(given) } });
    dialog.close();
    changed(document);
    say("The passkey was added.");
  };
  const dialog = openDialog("Add a passkey", html`<${Form} action="Add" submit=${submit}>
    <${Field} name="name" label="Name of the passkey" required maxlength="200" value="Passkey" help="Such as the device that stores it." />
    ${confirming(account)}
  <//>`);
}

function remove(account, passkey, changed) {
  const submit = async (given) => {
    const { document } = await ask("DELETE", `${PASSKEYS}/${passkey.id}`, { body: confirmation(given) });
    dialog.close();
    changed(document);
    say(`${passkey.name} was removed.`);
  };
  const dialog = openDialog(`Remove ${passkey.name}?`, html`<p>It no longer opens this account. Delete it on your device too.</p>
    <${Form} action="Remove the passkey" submit=${submit}>${confirming(account)}<//>`);
}

function organizations() {
  const all = current().organizations;
  return card("Organizations", all.length === 0 ? html`<p>You are not a member of any. Ask an administrator for an invitation.</p>` : facts(all.map(({ id, name, role }) => [name ?? id, role])));
}

function ending(account) {
  const open = () => {
    const submit = async (given) => {
      await ask("DELETE", ACCOUNT, { body: confirmation(given) });
      dialog.close();
      signOut("Your account was erased.");
    };
    const dialog = openDialog("Erase your account?", html`<p>You leave all organizations. Your name, address, passphrase and passkeys are deleted for ever; what you did stays in the logs, under an id that no longer identifies you.</p>
      <${Form} action="Erase my account" submit=${submit}>${confirming(account)}<//>`);
  };
  return card("The end", html`<p>An erased account cannot be restored.</p><div class="actions"><button type="button" class="plain danger" onclick=${open}>Erase my account</button></div>`);
}
