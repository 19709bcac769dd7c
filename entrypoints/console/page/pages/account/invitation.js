// An invitation: the content of its link, and how it is accepted. The link's secret stays in the browser until then.

import { ask } from "../../core/api.js";
import { canUsePasskeys, makePasskey } from "../../core/passkeys.js";
import { endSession, hasPasskeys, read, signedIn } from "../../core/provider-session.js";
import { time } from "../../core/format.js";
import { showAlone } from "../../core/router.js";
import { html, useLayoutEffect, useRef, useState } from "../../core/view.js";
import { Field, Form } from "../../parts/form.js";
import { SignInForm } from "./sign-in-form.js";

export const INVITATION = "/invitation/";

const SHORTEST = 12;
const A_PASSPHRASE = `At least ${SHORTEST} characters; several words are good.`;

export async function showInvitation(invitation) {
  document.title = "Invitation – Modelbook";
  document.body.classList.add("signed-out");
  const show = (content) => showAlone(html`<div class="sign-in"><h1>You are invited</h1>${content}</div>`);
  show(null);
  try {
    const session = await read();
    const { document: found } = await ask("POST", "/auth/invitation", { body: { invitation } });
    show(html`<${Invited} found=${found} session=${session} invitation=${invitation} />`);
  } catch (error) {
    show(html`<p class="notice bad" role="alert">${error.message}</p><p><a href="./">Open the console</a></p>`);
  }
}

async function accept(body) {
  const { document } = await ask("POST", "/auth/invitation/accept", { body });
  signedIn(document, "#/");
}

function Invited({ found, session, invitation }) {
  const ways = useRef(null);
  useLayoutEffect(() => ways.current.querySelector("input:not([hidden]), button")?.focus(), []);
  return html`<p>To <strong>${found.organizationName ?? found.organizationId}</strong>, as <strong>${found.role}</strong>. The invitation is good until ${time(found.expiresAt)}.</p>
    <div ref=${ways}>${session?.accountId ? withAccount(session, invitation) : html`<${NewAccount} found=${found} invitation=${invitation} />`}</div>`;
}

function withAccount(session, invitation) {
  const change = async () => {
    await endSession();
    await showInvitation(invitation);
  };
  return html`<${Form} action="Accept as ${session.name}" submit=${() => accept({ invitation })} extra=${() => html`<button type="button" class="plain" onclick=${change}>Use another account</button>`} />`;
}

function NewAccount({ found, invitation }) {
  const [isKnown, setKnown] = useState(false);
  if (isKnown) {
    return html`<p>Sign in to your account, then accept with it.</p><${SignInForm} address=${found.address} done=${() => showInvitation(invitation)} />`;
  }
  const withPasskey = async (form) => {
    const name = form.values.name.trim() || found.address;
    const made = await makePasskey("/auth/invitation/passkey-options", { invitation });
    if (made !== null) await accept({ invitation, name, passkey: made });
  };
  const others = (form) => html`<button type="button" class="plain" onclick=${() => setKnown(true)}>I have an account</button>
    ${canUsePasskeys() && hasPasskeys() ? html`<button type="button" class="plain" onclick=${() => form.busy(() => withPasskey(form))}>Use a passkey instead</button>` : null}`;
  // Managers of passwords keep the passphrase with the address that is hidden.
  return html`<p class="quiet">You will sign in as <strong>${found.address}</strong>.</p>
    <${Form} action="Accept" submit=${({ name, passphrase }) => accept({ invitation, name: name.trim(), passphrase })} extra=${others}>
      <input type="text" name="username" defaultValue=${found.address} autocomplete="username" hidden />
      <${Field} name="name" label="Your name" required maxlength="200" value=${found.name ?? ""} autocomplete="name" help="Visible to members of your organization; not stored in events." />
      <${Field} name="passphrase" label="Passphrase" type="password" required autocomplete="new-password" help=${A_PASSPHRASE} />
    <//>`;
}
