// The frame around every page: where one can go, and who is signed in.

import { element, replace } from "./core/elements.js";
import { liveState } from "./core/live.js";
import { PLACES } from "./core/places.js";
import { href } from "./core/router.js";
import { warn } from "./core/messages.js";
import { changeOrganization, endSession, nameOf } from "./core/provider-session.js";
import { enter, home, refusal, signOut } from "./core/session.js";
import { openSettings } from "./parts/settings.js";
import { removeNow } from "./parts/remove-later.js";
import { offerProviderSignOut } from "./pages/sign-in.js";

export function drawFrame(session, openPalette) {
  document.body.classList.toggle("signed-out", !session);
  replace(document.getElementById("top"), element("div", { class: "rail" }, brand(), session ? [finder(openPalette), navigation(), person(session)] : null));
  markLive();
}

export function markPlace(path) {
  /** @type {NodeListOf<HTMLElement>} */
  const links = document.querySelectorAll("#top nav a");
  for (const link of links) {
    const here = path === link.dataset.path || path.startsWith(`${link.dataset.path}/`);
    if (here) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else link.removeAttribute("aria-current");
  }
}

const LIVE = {
  live: ["Live", "Other people's changes appear here by themselves."],
  ready: ["Service ready", "The service can do its work."],
  lost: ["Reconnecting…", "Other people's changes do not appear until the connection is back."],
  impaired: ["Service impaired", "Other people's changes may not appear, and your changes may fail."],
  refused: ["Not live", "Other people's changes do not appear: the service does not allow you to follow events."],
};

// Whether the page follows what others do, and the service can do its work: always in sight, and quiet about it.
export function markLive() {
  const place = document.getElementById("live");
  if (!place) return;
  const { state, faults } = liveState();
  const [text, what] = LIVE[state] ?? ["", ""];
  const shown = [what, ...faults].join(" ").trim();
  if (place.className === `light ${state}` && place.title === shown) return;
  place.className = `light ${state}`;
  place.title = shown;
  replace(place, text ? element("span", {}, text) : null);
}

function brand() {
  return element("a", { class: "brand", href: href(home()) }, element("img", { src: new URL("mark.svg", import.meta.url).href, alt: "", width: 26, height: 26 }), "Modelbook");
}

const finder = (open) => element("button", { type: "button", class: "plain finder", "aria-keyshortcuts": "Control+K", onclick: open }, element("span", {}, "Go to…"), element("kbd", { "aria-hidden": "true" }, "Ctrl K"));

function navigation() {
  return element("nav", { "aria-label": "Pages" }, PLACES.map(([group, places]) => {
    const allowed = places.filter(([, , needs]) => refusal(needs) === null);
    if (allowed.length === 0) return null;
    const list = element("ul", {}, allowed.map(([path, name]) => element("li", {}, element("a", { href: href(path), "data-path": path }, name))));
    return group === null ? list : [element("p", { class: "group" }, group), list];
  }));
}

function person(session) {
  const role = [session.role, session.isPlatformAdmin ? "platform admin" : null].filter(Boolean).join(", ");
  return element("div", { class: "person" },
    element("p", { id: "live", class: "light off", role: "status" }),
    element("p", { class: "who" }, session.accountId ? element("a", { href: href("/account"), title: "Your account" }, session.name) : element("strong", { title: session.actor }, session.name ?? session.actor), element("span", { class: "quiet" }, role || "no role")),
    organization(session),
    element("p", {}, element("a", { href: "api/docs", class: "quiet" }, "API"), element("button", { type: "button", class: "link quiet", onclick: openSettings }, "Settings"), element("button", { type: "button", class: "plain", onclick: () => leave(session) }, "Sign out")));
}

// Which organization; a token does not say what it is called.
function organization(session) {
  if (session.organizations.length === 0) return null;
  if (session.organizations.length === 1) return element("p", { class: "quiet" }, nameOf(session.organizations[0]));
  const change = (event) => removeNow().then(() => changeOrganization(event.target.value)).then(enter).catch(warn);
  return element("select", { "aria-label": "Organization", onchange: change },
    session.organizations.map((each) => element("option", { value: each.id, selected: each.id === session.organizationId }, nameOf(each))));
}

async function leave(session) {
  await removeNow();
  if (!session.isShared) return signOut();
  try {
    offerProviderSignOut(await endSession());
  } catch (error) {
    warn(error);
  }
  return undefined;
}
