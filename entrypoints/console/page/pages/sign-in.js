// Signing in: with the identity provider, with a token that is pasted, or with the one-time code of the link that
// `make run` prints.

import { ask } from "../core/api.js";
import { hasAccounts, read, signInAddress } from "../core/provider-session.js";
import { showAlone } from "../core/router.js";
import { signIn, UnusableToken } from "../core/session.js";
import { html, Slot, useEffect, useLayoutEffect, useRef, useState } from "../core/view.js";
import { Field, Form } from "../parts/form.js";
import { SignInForm } from "./account/sign-in-form.js";

export function showSignIn(why) {
  document.title = "Sign in – Modelbook";
  providerSignOut.put(null);
  showAlone(html`<${SignIn} why=${why} />`);
}

function SignIn({ why }) {
  const token = useRef(null);
  const [address, setAddress] = useState(null);
  const [isForAccounts, setForAccounts] = useState(false);
  useLayoutEffect(() => token.current.focus(), []);
  // Where people have accounts here, or the operator has set up an identity provider, a token is the second way.
  useEffect(() => {
    let isOver = false;
    const find = async () => {
      if (signInAddress() === null && !hasAccounts()) await read().catch(() => {});
      if (isOver) return;
      setAddress(signInAddress());
      setForAccounts(hasAccounts());
    };
    find();
    return () => void (isOver = true);
  }, []);
  const hasOthers = address !== null || isForAccounts;
  return html`<div class="sign-in">
    <h1>Sign in</h1>
    ${why ? html`<p class="notice bad" role="alert">${why}</p>` : null}
    <div class="provider-sign-in">
      ${address === null ? null : html`<${ProviderLink} address=${address} />`}
      ${isForAccounts ? address === null ? html`<${SignInForm} />` : html`<details><summary>Sign in with a passphrase or a passkey</summary><${SignInForm} isFirst=${false} /></details>` : null}
      ${providerSignOut.view}
    </div>
    <details open=${!hasOthers}>
      <summary hidden=${!hasOthers}>Sign in with a token</summary>
      <${Form} action="Sign in" submit=${enter}>
        <${Field} name="token" label="Token" type="password" required autocomplete="off" control=${token} help="A signed token (JWT) of your organization. It stays in this tab, and is gone when you sign out or close it." />
      <//>
      <p class="quiet">For the demonstration, <code>make run</code> prints a link and a token. Elsewhere an administrator gives you one, or <code>modelbook token</code> makes it.</p>
    </details>
    <p class="quiet"><a href="api/docs">Documentation of the API</a></p>
  </div>`;
}

function ProviderLink({ address }) {
  const link = useRef(null);
  useLayoutEffect(() => link.current.focus(), []);
  return html`<a class="button" href=${address} ref=${link}>Sign in</a>`;
}

const providerSignOut = new Slot();

// The identity provider may still know the browser, and would let the next person in without a question.
export function offerProviderSignOut(address) {
  providerSignOut.put(address === null ? null : html`<p class="notice" role="status">You are signed out here. On a shared computer, <a href=${address}>sign out of your identity provider</a> too.</p>`);
}

// In a window of its own, while a page waits for whoever was signed in to an account.
export function showSignInWindow(done) {
  document.title = "Sign in – Modelbook";
  document.body.classList.add("signed-out");
  showAlone(html`<div class="sign-in"><h1>Sign in again</h1><${SignInForm} done=${done} /></div>`);
}

export function showSignedIn() {
  document.title = "Signed in – Modelbook";
  document.body.classList.add("signed-out");
  showAlone(html`<div class="sign-in"><h1>You are signed in</h1><p>Close this window and continue where you were, or <a href="./">open the console</a>.</p></div>`);
}

function enter({ token }, form) {
  try {
    signIn(token);
  } catch (error) {
    if (!(error instanceof UnusableToken)) throw error;
    form.refuse([{ pointer: "/token", message: error.message }]);
  }
}

// Exchanges the code in the fragment, which browsers do not send, for a token. Returns what is wrong, or null.
export async function useCode() {
  const code = location.hash.split("/").pop();
  history.replaceState(null, "", "#/overview");
  try {
    const { document } = await ask("POST", "/console/sign-in", { body: { code } });
    signIn(document.token);
    return null;
  } catch (error) {
    return error.message;
  }
}
