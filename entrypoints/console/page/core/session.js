// Who is signed in: with a token, which is kept in memory and for this tab alone and never goes into an address or a log,
// or with the session that all tabs share (`isShared`; see provider-session.js).

const KEPT = "modelbook.token";
const EXPIRED = "This token has expired. Ask your administrator for a new one.";
const RANKS = { viewer: 1, editor: 2, admin: 3 };

// The longest time that a timer takes.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

let held = null;
let ending = null;
const listeners = new Set();

export class UnusableToken extends Error {}

export function restore() {
  const token = sessionStorage.getItem(KEPT);
  if (!token) return;
  try {
    held = read(token);
    endInTime();
  } catch {
    sessionStorage.removeItem(KEPT);
  }
}

export function signIn(text) {
  held = read(text.trim());
  sessionStorage.setItem(KEPT, held.token);
  endInTime();
  tell();
}

// Shows everything again, for somebody else or another organization.
export function enter(session) {
  keep(session);
  tell();
}

// The same person in the same organization: what is shown stays.
export function keep(session) {
  held = session;
}

// With its token a session is over: nothing that is shown from then on would be true for long.
export function signOutIfExpired() {
  if (held?.expiresAt && held.expiresAt <= Date.now()) signOut(EXPIRED);
}

function endInTime() {
  clearTimeout(ending);
  if (!held?.expiresAt) return;
  ending = setTimeout(() => {
    signOutIfExpired();
    endInTime();
  }, Math.min(held.expiresAt - Date.now(), LONGEST_TIMER_MS));
}

// `why` is for the person, when it was not they who signed out.
export function signOut(why = null) {
  held = null;
  clearTimeout(ending);
  sessionStorage.removeItem(KEPT);
  tell(why);
}

export const current = () => held;

// The same for as long as the same person works on the same organization; null for nobody.
export const who = () => held && `${held.actor} ${held.organizationId}`;

export function onChange(listener) {
  listeners.add(listener);
}

function tell(why = null) {
  for (const listener of listeners) listener(held, why);
}

// Why the person may not do what needs this: a role in the organization, "anybody", or "platform" for a platform administrator,
// with or without an organization. Null when they may. The service decides, this only explains.
export function refusal(needs) {
  if (needs === "anybody") return null;
  if (needs === "platform") {
    return held?.isPlatformAdmin ? null : "This is for platform administrators: the token needs platform_admin.";
  }
  if (!(needs in RANKS)) throw new Error(`Unknown role: ${needs}.`);
  if ((RANKS[held?.role] ?? 0) >= RANKS[needs]) return null;
  return `This needs the role ${needs}, and yours is ${held?.role ?? "none"}: ask an admin of your organization.`;
}

// Where somebody begins who requested no page: whoever has no organization has nothing to see but the operations.
export function home() {
  if (held?.organizationId) return "/overview";
  if (held?.isPlatformAdmin) return "/operations";
  return held?.accountId ? "/account" : "/overview";
}

// What the token says is not verified here: it decides what is offered, never what is allowed.
function read(token) {
  const parts = token.split(".");
  if (parts.length !== 3 || /\s/.test(token)) throw new UnusableToken("A token has three parts with dots between them, and no blanks.");
  const claims = claimsOf(parts[1]);
  const own = { ...claims, ...claims.app_metadata };
  const expiresAt = typeof claims.exp === "number" ? claims.exp * 1000 : null;
  if (expiresAt !== null && expiresAt < Date.now()) throw new UnusableToken(EXPIRED);
  return {
    isShared: false,
    token,
    actor: claims.sub ?? "unknown",
    accountId: null,
    name: null,
    organizations: [],
    organizationId: own.organization_id ?? null,
    role: own.organization_id ? (own.org_role ?? null) : null,
    isPlatformAdmin: own.platform_admin === true,
    expiresAt,
  };
}

function claimsOf(part) {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    if (claims !== null && typeof claims === "object") return claims;
  } catch {
    // Told below, like any other token that cannot be read.
  }
  throw new UnusableToken("This is not a token: its middle part cannot be read.");
}
