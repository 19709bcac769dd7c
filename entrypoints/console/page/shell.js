// The frame around every page: where one can go, and who is signed in.

import { liveState } from "./core/live.js";
import { PLACES } from "./core/places.js";
import { href, place } from "./core/router.js";
import { warn } from "./core/messages.js";
import { changeOrganization, endSession, nameOf } from "./core/provider-session.js";
import { enter, home, refusal, signOut } from "./core/session.js";
import { html, render, Store, useEffect, useLayoutEffect, useRef, useState, useStore } from "./core/view.js";
import { icon } from "./parts/icon.js";
import { openSettings } from "./parts/settings.js";
import { removeNow } from "./parts/remove-later.js";
import { offerProviderSignOut } from "./pages/sign-in.js";

const here = new Store();
let path = "";

export function drawFrame(session, openPalette) {
  document.body.classList.toggle("signed-out", !session);
  path ||= place().path;
  render(html`<div class="rail"><${Brand} />${session ? html`<${Finder} open=${openPalette} /><${Light} /><${Places} session=${session} />` : null}</div>`, document.getElementById("top"));
}

// In a narrow window they unfold from a button, and fold again when somebody has gone to one.
function Places({ session }) {
  useStore(here);
  const [isOpen, setOpen] = useState(false);
  const button = useRef(null);
  const places = useRef(null);
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    if (!isOpen) return undefined;
    const fold = ({ target }) => target.closest("dialog") || places.current.contains(target) || button.current.contains(target) || setOpen(false);
    document.addEventListener("pointerdown", fold);
    return () => document.removeEventListener("pointerdown", fold);
  }, [isOpen]);
  // It would cover what has the focus.
  const left = ({ relatedTarget: to }) => to && to !== button.current && !places.current.contains(to) && !to.closest("dialog") && setOpen(false);
  const key = (event) => {
    if (event.key !== "Escape" || !isOpen) return;
    setOpen(false);
    button.current.focus();
  };
  return html`<button type="button" class="plain unfold" ref=${button} aria-expanded=${String(isOpen)} aria-controls="places" onclick=${() => setOpen(!isOpen)} onkeydown=${key}>${icon("menu")}Menu</button>
    <div id="places" class=${isOpen ? "places open" : "places"} ref=${places} onkeydown=${key} onfocusout=${left} onclick=${({ target }) => target.closest("a") && setOpen(false)}>
      <${Navigation} /><${Person} session=${session} />
    </div>`;
}

export function markPlace(shown) {
  path = shown;
  here.changed();
}

const LIVE = {
  live: ["Live", "Other people's changes appear here by themselves."],
  ready: ["Service ready", "The service is ready."],
  lost: ["Reconnecting…", "Other people's changes do not appear until the connection is back."],
  impaired: ["Service impaired", "Other people's changes may not appear, and your changes may fail."],
  refused: ["Not live", "Other people's changes do not appear: the service does not allow you to follow events."],
};

const live = new Store();

export const markLive = () => live.changed();

// Whether the page follows what others do, and the service can do its work: always in sight, and quiet about it.
function Light() {
  useStore(live);
  const { state, faults } = liveState();
  const [text, what] = LIVE[state] ?? ["", ""];
  return html`<p id="live" class="light ${state}" role="status" title=${[what, ...faults].join(" ").trim()}>${text ? html`<span>${text}</span>` : null}</p>`;
}

const Brand = () => html`<a class="brand" href=${href(home())}><img src=${new URL("mark.svg", import.meta.url).href} alt="" width="26" height="26" />Modelbook</a>`;

const Finder = ({ open }) => html`<button type="button" class="plain finder" aria-keyshortcuts="Control+K" onclick=${open}>${icon("search")}<span>Go to…</span><kbd aria-hidden="true">Ctrl K</kbd></button>`;

function Navigation() {
  const nav = useRef(null);
  useLayoutEffect(() => nav.current.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }), [path]);
  const isHere = (place) => path === place || path.startsWith(`${place}/`);
  return html`<nav aria-label="Pages" ref=${nav}>${PLACES.map(([group, places]) => {
    const allowed = places.filter(([, , needs]) => refusal(needs) === null);
    if (allowed.length === 0) return null;
    return html`${group === null ? null : html`<p class="group">${group}</p>`}
      <ul>${allowed.map(([place, name, , sign]) => html`<li><a href=${href(place)} aria-current=${isHere(place) ? "page" : null}>${icon(sign)}${name}</a></li>`)}</ul>`;
  })}</nav>`;
}

function Person({ session }) {
  const role = [session.role, session.isPlatformAdmin ? "platform admin" : null].filter(Boolean).join(", ");
  const name = session.accountId ? html`<a href=${href("/account")} title="Your account">${session.name}</a>` : html`<strong title=${session.actor}>${session.name ?? session.actor}</strong>`;
  return html`<div class="person">
    <p class="who">${name}<span class="quiet">${role || "no role"}</span></p>
    <${Organization} session=${session} />
    <p><a href="api/docs" class="quiet">API</a><button type="button" class="link quiet" onclick=${() => openSettings()}>Settings</button><button type="button" class="plain" onclick=${() => leave(session)}>Sign out</button></p>
  </div>`;
}

// Which organization; a token does not say what it is called.
function Organization({ session }) {
  if (session.organizations.length === 0) return null;
  if (session.organizations.length === 1) return html`<p class="quiet">${nameOf(session.organizations[0])}</p>`;
  const change = (event) => removeNow().then(() => changeOrganization(event.target.value)).then(enter).catch(warn);
  return html`<select aria-label="Organization" onchange=${change}>${session.organizations.map((each) => html`<option key=${each.id} value=${each.id} selected=${each.id === session.organizationId}>${nameOf(each)}</option>`)}</select>`;
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
