// Keeps the page up to date with other people's changes, without disturbing what the person is doing.

import { seenState } from "./api.js";
import { Feed } from "./feed.js";
import { Readiness } from "./readiness.js";
import { refusal } from "./session.js";

// Changes come in swarms: the first is waited out, and during a long one there is a rest between two readings.
const SWARM_MS = 200;
const REST_MS = 2000;
const BUSY_MS = 500;

const followers = new Set();
/** @type {Set<(event: any, between: { before: number, position: number }) => void>} */
const watchers = new Set();
const feed = new Feed({ begun, happened, lost, refused: () => tell("refused") });
const readiness = new Readiness(found);
let state = "off";
let isSignedIn = false;
let service = { state: "unknown", faults: [] };

// Calls `renew()` when something happened that `isNews(event)`, and `isBusy()` does not hold it up; when that gives
// false, again a little later. What was read before the feed had begun may be old already, so it is read again.
export function follow({ isNews, renew, isBusy, signal }) {
  const follower = new Follower({ isNews, renew, isBusy, signal });
  if (state !== "live") follower.take(null);
  followers.add(follower);
  signal.addEventListener("abort", () => {
    followers.delete(follower);
    follower.end();
  });
}

// Calls `watcher` with every event, as long as the page is open.
export const watch = (watcher) => watchers.add(watcher);

// Begins again for whoever has signed in; nobody's events are followed when that is nobody.
export function followAs(session) {
  feed.forget();
  isSignedIn = session !== null;
  followWhileSeen();
}

// Nothing is followed while nobody looks; what happened meanwhile is shown afterwards. Whoever has no organization has no
// events to follow.
export function followWhileSeen() {
  feed.stop();
  readiness.stop();
  service = { state: "unknown", faults: [] };
  tell("off");
  if (!isSignedIn || document.hidden) return;
  readiness.look();
  if (refusal("viewer") === null) feed.start();
}

function found(now, faults) {
  const isBack = now === "ready" && service.state !== "ready";
  service = { state: now, faults };
  announce();
  if (isBack) document.dispatchEvent(new CustomEvent("back"));
}

function lost() {
  tell("lost");
  readiness.look();
}

function begun(isGapless) {
  tell("live");
  for (const follower of followers) follower.begun(isGapless);
}

function happened(event, between) {
  for (const watcher of watchers) watcher(event, between);
  for (const follower of followers) follower.take(event);
}

// What the page may claim: `state` and `faults`, what the service finds wrong with itself. It is "live" only while events
// come in and nothing says that the service cannot see them; "ready" where there are none to follow.
export function liveState() {
  if (service.state === "impaired") return service;
  if (service.state === "unreachable") return { state: "lost", faults: [] };
  return { state: state === "off" && service.state === "ready" && refusal("viewer") !== null ? "ready" : state, faults: [] };
}

// The state of the organization, which stays the same as long as nothing happens in it; null where that would not be noticed.
export const followedState = () => state === "live" ? seenState() : null;

function tell(now) {
  state = now;
  announce();
}

const announce = () => document.dispatchEvent(new CustomEvent("live"));

class Follower {
  constructor({ isNews, renew, isBusy, signal }) {
    this.isNews = isNews;
    this.renew = renew;
    this.isBusy = isBusy;
    this.signal = signal;
    this.waiting = new Map();
    this.timer = null;
    this.isRunning = false;
  }

  // Of many changes of one thing the last is enough; null means an unknown change.
  take(event) {
    this.waiting.set(event?.aggregateId ?? null, event);
    if (event !== null) this.#wake(SWARM_MS);
  }

  begun(isGapless) {
    if (!isGapless) this.waiting.set(null, null);
    if (this.waiting.size > 0) this.#wake(SWARM_MS);
  }

  end() {
    clearTimeout(this.timer);
  }

  #wake(milliseconds) {
    if (this.isRunning || this.timer !== null || this.signal.aborted) return;
    this.timer = setTimeout(() => this.#run(), milliseconds);
  }

  async #run() {
    this.timer = null;
    // Without a connection the service is probably not there to be asked; when it is back this continues.
    if (state !== "live") return undefined;
    if (this.isBusy()) return this.#wake(BUSY_MS);
    const events = [...this.waiting.values()];
    this.waiting.clear();
    if (!events.some((event) => event === null || this.isNews(event))) return undefined;
    this.isRunning = true;
    try {
      if (await this.renew() === false) this.waiting.set(null, null);
    } finally {
      this.isRunning = false;
      this.#rest();
    }
    return undefined;
  }

  // The next change waits until the rest is over.
  #rest() {
    if (this.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.waiting.size > 0) this.#wake(0);
    }, REST_MS);
  }
}
