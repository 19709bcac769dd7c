// What is asked when the session is not what this page was made with, so that nothing that was entered is lost.

import { changeOrganization, nameOf, signInAddress, windowAddress } from "../core/provider-session.js";
import { followAs } from "../core/live.js";
import { say } from "../core/messages.js";
import { current, enter, keep, signOut } from "../core/session.js";
import { html, useState } from "../core/view.js";
import { openDialog } from "./dialog.js";

const WINDOW = "popup,width=520,height=720";

let shown = null;

// The session is over, and the page stays as it is until the same person is back.
export function askToSignInAgain() {
  if (!shown) show("Your session has ended", html`<${SignInAgain} />`);
}

function SignInAgain() {
  const [isBlocked, setBlocked] = useState(false);
  return html`<p>Sign in again to continue. What you have entered on this page stays.</p>
    <p class="notice bad" role="alert" hidden=${!isBlocked}>The browser did not open a window. Allow windows for this page and try again, or <a href=${signInAddress() ?? "./"}>sign in here</a>, which loses what you have entered.</p>
    <div class="buttons">
      <button type="button" class="plain" onclick=${() => end(() => signOut())}>Sign out</button>
      <button type="button" onclick=${() => setBlocked(window.open(windowAddress(), "modelbook-sign-in", WINDOW) === null)}>Sign in again</button>
    </div>`;
}

// Another tab has signed in or out, or has changed to another organization; so has the window that was opened above.
export async function meet(session) {
  const held = current();
  const wasOver = shown !== null;
  if (!session) {
    if (!wasOver && held) signOut("You have signed out in another tab.");
    return;
  }
  if (!held || personOf(session) !== personOf(held) || !isMember(session, held.organizationId)) {
    end(() => enter(session));
  } else if (session.organizationId === held.organizationId) {
    end(() => goOn(session, wasOver));
  } else if (wasOver) {
    const back = await changeOrganization(held.organizationId);
    end(() => goOn(back, wasOver));
  } else askWhichOrganization(session, held);
}

function goOn(session, wasOver) {
  keep(session);
  if (!wasOver) return;
  followAs(session);
  say("You are signed in again and can continue.");
}

function askWhichOrganization(session, held) {
  const [here, there] = [held, session].map(({ organizationId }) => nameOf(session.organizations.find(({ id }) => id === organizationId)));
  const changeBack = async () => {
    const back = await changeOrganization(held.organizationId);
    end(() => goOn(back, false));
  };
  show("You have changed the organization in another tab", html`<p>This page shows <strong>${here}</strong>, and you now work on <strong>${there}</strong>.</p>
    <div class="buttons">
      <button type="button" class="plain" onclick=${changeBack}>Change back to ${here}</button>
      <button type="button" onclick=${() => end(() => enter(session))}>Show ${there}</button>
    </div>`);
}

// An account is another actor in each organization.
const personOf = ({ accountId, actor }) => accountId ?? actor;

const isMember = (session, id) => id === null || session.organizations.some((each) => each.id === id);

function show(heading, content) {
  shown?.close();
  const dialog = openDialog(heading, content, { onclose: () => { if (shown === dialog) shown = null; } });
  shown = dialog;
}

function end(then) {
  const dialog = shown;
  shown = null;
  dialog?.close();
  then();
}
