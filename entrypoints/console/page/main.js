// Starts the console: pages by their routes, the frame around them, and who is signed in.

import { addRoute, leave, place, refresh } from "./core/router.js";
import { forget, prepare } from "./core/messages.js";
import { followAs, followWhileSeen } from "./core/live.js";
import { onOtherTabs, read, SIGN_IN_WINDOW, SIGNED_IN, takeUp, tellSignedIn } from "./core/provider-session.js";
import { onPreference } from "./core/preferences.js";
import { current, onChange, restore, signOutIfExpired, who } from "./core/session.js";
import { renewAges } from "./parts/badges.js";
import { applyTheme } from "./parts/settings.js";
import { askToSignInAgain, meet } from "./parts/session-dialogs.js";
import { drawFrame, markLive, markPlace } from "./shell.js";
import { INVITATION, showInvitation } from "./pages/account/invitation.js";
import { showSignedIn, showSignIn, showSignInWindow, useCode } from "./pages/sign-in.js";

/** @type {[pattern: string, load: () => Promise<{ show: (context: any) => Promise<any> }>][]} */
const PAGES = [
  ["/overview", () => import("./pages/overview/page.js")],
  ["/providers", () => import("./pages/providers/list.js")],
  ["/providers/:id", () => import("./pages/providers/detail.js")],
  ["/models", () => import("./pages/models/list.js")],
  ["/models/:id", () => import("./pages/models/detail.js")],
  ["/compare", () => import("./pages/models/compare.js")],
  ["/discover", () => import("./pages/discover/page.js")],
  ["/try", () => import("./pages/try/page.js")],
  ["/keys", () => import("./pages/keys/list.js")],
  ["/webhooks", () => import("./pages/webhooks/list.js")],
  ["/usage", () => import("./pages/usage/page.js")],
  ["/requests", () => import("./pages/requests/page.js")],
  ["/audit", () => import("./pages/audit/page.js")],
  ["/budget", () => import("./pages/budget/page.js")],
  ["/quotas", () => import("./pages/quotas/page.js")],
  ["/organizations", () => import("./pages/organizations/page.js")],
  ["/members", () => import("./pages/members/list.js")],
  ["/account", () => import("./pages/account/page.js")],
  ["/operations", () => import("./pages/operations/page.js")],
];

// Its code comes when it is first requested.
const openPalette = async () => (await import("./parts/palette.js")).openPalette();

// The code of the page that a link leads to comes while somebody is about to follow it.
function fetchPage({ target }) {
  const path = target.closest("a")?.hash.slice(1);
  PAGES.find(([pattern]) => pattern === path)?.[1]().catch(() => {});
}

const SIGN_IN = "/sign-in/";

let shownTo = null;

for (const [pattern, load] of PAGES) addRoute(pattern, async (context) => (await load()).show(context));

function show(session, why = null) {
  drawFrame(session, openPalette);
  forget();
  followAs(session);
  if (!session) {
    shownTo = null;
    leave();
    showSignIn(why);
    return;
  }
  const to = who();
  refresh({ focus: false, anew: to !== shownTo });
  shownTo = to;
}

const AGES_MS = 10_000;
const CLOSE_MS = 100;

async function start() {
  if (place().path === SIGNED_IN) {
    endWindow();
    return;
  }
  applyTheme();
  onPreference(applyTheme);
  if (place().path === SIGN_IN_WINDOW) {
    await read().catch(() => {});
    showSignInWindow(endWindow);
    return;
  }
  prepare();
  // Whoever is invited comes with nothing but the link.
  if (!isInvited()) restore();
  history.scrollRestoration = "manual";
  onChange(show);
  onOtherTabs(meet);
  window.addEventListener("session-ended", askToSignInAgain);
  document.addEventListener("shown", (/** @type {CustomEvent} */ event) => markPlace(event.detail));
  document.addEventListener("live", markLive);
  document.addEventListener("visibilitychange", () => {
    // A timer stops while the machine sleeps.
    signOutIfExpired();
    followWhileSeen();
  });
  window.addEventListener("hashchange", () => {
    if (place().path.startsWith(SIGN_IN)) enterByLink();
    else if (isInvited()) location.reload();
    else if (current()) refresh();
  });
  document.addEventListener("keydown", (event) => {
    // It is there when the second key follows, so that whoever types on at once loses no letter.
    if ((event.key === "Control" || event.key === "Meta") && current()) import("./parts/palette.js");
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || !current()) return;
    event.preventDefault();
    openPalette();
  });
  for (const about of ["pointerover", "focusin"]) document.getElementById("top").addEventListener(about, fetchPage);
  setInterval(() => document.hidden || renewAges(), AGES_MS);
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  if (place().path.startsWith(SIGN_IN)) await enterByLink();
  else if (isInvited()) await showInvitation(place().path.slice(INVITATION.length));
  else if (current()) show(current());
  else await takeUp().catch((error) => show(null, error.message));
}

const isInvited = () => place().path.startsWith(INVITATION);

// In the window in which somebody has signed in while a page waits. Some providers' pages make it one that no script ends.
function endWindow() {
  tellSignedIn();
  showSignedIn();
  setTimeout(() => window.close(), CLOSE_MS);
}

async function enterByLink() {
  const problem = await useCode();
  if (problem !== null) show(current(), problem);
}

start();
