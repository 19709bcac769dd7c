// Signing in to an account: with an address and a passphrase, or with a passkey.

import { ask } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { canUsePasskeys, usePasskey } from "../../core/passkeys.js";
import { hasPasskeys, signedIn } from "../../core/provider-session.js";
import { field, Form } from "../../parts/form.js";

// `done` is called when somebody has signed in; without it the console is shown.
/** @param {{ address?: string, done?: (document: any) => void }} [options] */
export function signInForm({ address = "", done = signedIn } = {}) {
  const who = field({ name: "address", label: "E-mail address", type: "email", required: true, value: address, autocomplete: "username" });
  const passphrase = field({ name: "passphrase", label: "Passphrase", type: "password", required: true, autocomplete: "current-password" });
  const passkey = element("button", { type: "button", class: "plain", onclick: () => form.busy(withPasskey) }, "Sign in with a passkey");
  const form = new Form([who, passphrase], {
    action: "Sign in", extra: canUsePasskeys() && hasPasskeys() ? [passkey] : [],
    submit: async () => done((await ask("POST", "/auth/passphrase", { body: { address: who.read().trim(), passphrase: passphrase.read() } })).document),
  });
  async function withPasskey() {
    const answer = await usePasskey();
    if (answer !== null) done((await ask("POST", "/auth/passkey", { body: { passkey: answer } })).document);
  }
  return { element: form.element, control: who.control };
}
