// The session of somebody who has signed in, with the identity provider or to an account of this service: a cookie that no script can read, one for all tabs.

import { takePrefetched } from "./prefetch.js";
import { ask, address as placeOf } from "./api.js";
import { prefer, preference } from "./preferences.js";
import { current, enter, signOut } from "./session.js";

const PLACE = "/auth/session";
export const SIGNED_IN = "/signed-in";
export const SIGN_IN_WINDOW = "/sign-in-window";
const LONGEST_PLACE = 400;
const tabs = new BroadcastChannel("modelbook.session");

let address = null;
let accounts = { hasAccounts: false, hasPasskeys: false };

// Whether there are accounts of this service, and passkeys for them; known once somebody has asked who is signed in.
export const hasAccounts = () => accounts.hasAccounts;
export const hasPasskeys = () => accounts.hasPasskeys;

// Calls `changed(session)` when another tab has signed in or out, or has changed to another organization.
export function onOtherTabs(changed) {
  tabs.addEventListener("message", () => {
    if (!current() || current().isShared) read().then(changed).catch(() => {});
  });
}

export const askForSession = () => ask("GET", PLACE);

// Who has signed in, or null. Without an identity provider nobody has.
export async function read() {
  const { document } = await takePrefetched("session", askForSession).catch(withoutSignIn);
  address = document.signInUrl;
  accounts = document;
  return document.session === null ? null : sessionOf(document.session);
}

// A page may be served without any of it.
function withoutSignIn(error) {
  if (error.status !== 404) throw error;
  return { document: { signInUrl: null, hasAccounts: false, hasPasskeys: false, session: null } };
}

// Where to sign in so that this place is shown afterwards; null where only a token does.
export function signInAddress(place = location.hash) {
  return address === null ? null : `${address}?next=${encodeURIComponent(`/${place.length > LONGEST_PLACE ? "" : place}`)}`;
}

// The same in a window of its own, which goes when it is done.
export const windowAddress = () => address === null ? `${placeOf("/")}#${SIGN_IN_WINDOW}` : `${address}?next=${encodeURIComponent(`/#${SIGNED_IN}`)}`;

// For that window: tells the page that waits for it.
export const tellSignedIn = () => tabs.postMessage("changed");

// Somebody has signed in to an account: shows the console, at this place if one is given.
export function signedIn(document, place = null) {
  tabs.postMessage("changed");
  if (place !== null) history.replaceState(null, "", place);
  enter(sessionOf(document.session));
}

export async function changeOrganization(organizationId) {
  const { document } = await ask("POST", PLACE, { body: { organizationId } });
  tabs.postMessage("changed");
  return sessionOf(document.session);
}

// Returns where to sign out of the identity provider too, or null.
export async function endSession() {
  const { document } = await ask("POST", "/auth/logout");
  tabs.postMessage("changed");
  keepOrganization(null);
  signOut();
  return document.providerSignOutUrl;
}

// Takes up the session, if there is one.
export async function takeUp() {
  const session = await read();
  keepOrganization(session?.organizationId ?? null);
  enter(session);
}

// The next time it is known at once which one to request.
function keepOrganization(id) {
  if (id !== preference("organization")) prefer("organization", id);
}

function sessionOf({ actor, accountId, name, organizationId, role, isPlatformAdmin, organizations }) {
  return { isShared: true, token: null, actor, accountId, name, organizationId, role, isPlatformAdmin, organizations, expiresAt: null };
}

export const nameOf = ({ id, name }) => name ?? id;
