// An invitation: what stands in its link, and how it is accepted. The link's secret stays in the browser until then.

import { ask } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { canUsePasskeys, makePasskey } from "../../core/passkeys.js";
import { endSession, hasPasskeys, read, signedIn } from "../../core/provider-session.js";
import { time } from "../../core/format.js";
import { field, Form } from "../../parts/form.js";
import { signInForm } from "./sign-in-form.js";

export const INVITATION = "/invitation/";

const SHORTEST = 12;
const A_PASSPHRASE = `At least ${SHORTEST} characters; several words are good.`;

export async function showInvitation(invitation) {
  document.title = "Invitation – Modelbook";
  document.body.classList.add("signed-out");
  const place = element("div", { class: "sign-in" }, element("h1", {}, "You are invited"));
  replace(document.getElementById("main"), place);
  try {
    const session = await read();
    const { document: found } = await ask("POST", "/auth/invitation", { body: { invitation } });
    const name = found.organizationName ?? found.organizationId;
    place.append(element("p", {}, "To ", element("strong", {}, name), ", as ", element("strong", {}, found.role), ". The invitation is good until ", time(found.expiresAt), "."),
      session?.accountId ? withAccount(session, invitation) : newAccount(found, invitation));
    /** @type {HTMLElement | null} */
    const first = place.querySelector("input:not([hidden]), button");
    first?.focus();
  } catch (error) {
    place.append(element("p", { class: "notice bad", role: "alert" }, error.message), element("p", {}, element("a", { href: "./" }, "Open the console")));
  }
}

async function accept(body) {
  const { document } = await ask("POST", "/auth/invitation/accept", { body });
  signedIn(document, "#/");
}

function withAccount(session, invitation) {
  const form = new Form([], { action: `Accept as ${session.name}`, submit: () => accept({ invitation }), extra: [
    element("button", { type: "button", class: "plain", onclick: async () => {
      await endSession();
      await showInvitation(invitation);
    } }, "I am somebody else")] });
  return form.element;
}

function newAccount(found, invitation) {
  const name = field({ name: "name", label: "Your name", required: true, maxlength: 200, value: found.name ?? "", autocomplete: "name", help: "Members of your organization see it; it stands in no event." });
  const passphrase = field({ name: "passphrase", label: "Passphrase", type: "password", required: true, autocomplete: "new-password", help: A_PASSPHRASE });
  const address = element("p", { class: "quiet" }, "You will sign in as ", element("strong", {}, found.address), ".");
  // Managers of passwords keep it with the address.
  const hidden = element("input", { type: "text", name: "username", value: found.address, autocomplete: "username", hidden: true });
  const known = element("button", { type: "button", class: "plain", onclick: () => signInFirst(found, invitation, whole) }, "I have an account");
  const passkey = element("button", { type: "button", class: "plain", onclick: () => form.busy(withPasskey) }, "Use a passkey instead");
  const form = new Form([name, passphrase], { action: "Accept",
    extra: [known, canUsePasskeys() && hasPasskeys() ? passkey : null].filter(Boolean),
    submit: () => accept({ invitation, name: name.read().trim(), passphrase: passphrase.read() }) });
  async function withPasskey() {
    const made = await makePasskey("/auth/invitation/passkey-options", { invitation });
    if (made !== null) await accept({ invitation, name: name.read().trim() || found.address, passkey: made });
  }
  form.element.prepend(hidden);
  const whole = element("div", {}, address, form.element);
  return whole;
}

function signInFirst(found, invitation, place) {
  const form = signInForm({ address: found.address, done: () => showInvitation(invitation) });
  replace(place, element("p", {}, "Sign in to your account, then accept with it."), form.element);
  form.control.focus();
}
