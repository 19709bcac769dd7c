// Signing in to an account: with an address and a passphrase, or with a passkey.

import { ask } from "../../core/api.js";
import { canUsePasskeys, usePasskey } from "../../core/passkeys.js";
import { hasPasskeys, signedIn } from "../../core/provider-session.js";
import { html, useLayoutEffect, useRef } from "../../core/view.js";
import { Field, Form } from "../../parts/form.js";

// `done` is called when somebody has signed in; without it the console is shown.
/** @param {{ address?: string, done?: (document: any) => void, isFirst?: boolean }} properties */
export function SignInForm({ address = "", done = signedIn, isFirst = true }) {
  const who = useRef(null);
  useLayoutEffect(() => isFirst && who.current.focus(), []);
  const submit = async (given) => done((await ask("POST", "/auth/passphrase", { body: { address: given.address.trim(), passphrase: given.passphrase } })).document);
  const withPasskey = async () => {
    const answer = await usePasskey();
    if (answer !== null) done((await ask("POST", "/auth/passkey", { body: { passkey: answer } })).document);
  };
  const passkey = (form) => canUsePasskeys() && hasPasskeys() ? html`<button type="button" class="plain" onclick=${() => form.busy(withPasskey)}>Sign in with a passkey</button>` : null;
  return html`<${Form} action="Sign in" submit=${submit} extra=${passkey}>
    <${Field} name="address" label="E-mail address" type="email" required value=${address} autocomplete="username" control=${who} />
    <${Field} name="passphrase" label="Passphrase" type="password" required autocomplete="current-password" />
  <//>`;
}
