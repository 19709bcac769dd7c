// Whether the service can do its work, as it says itself: asked again and again while somebody looks, and at once when
// an answer, or the network, gives reason to.

import { address } from "./api.js";

const LOOK_MS = 15_000;
// Whoever waits for it to come back wants to know soon.
const LOOK_AGAIN_MS = 3000;
const PATIENCE_MS = 5000;

export class Readiness {
  // `found(state, faults)` after each look: "ready", "impaired" with what is wrong, or "unreachable".
  constructor(found) {
    this.found = found;
    this.timer = null;
    this.looking = null;
    for (const reason of ["online", "offline", "trouble"]) window.addEventListener(reason, () => this.looking && this.look());
  }

  stop() {
    clearTimeout(this.timer);
    this.looking?.abort();
    this.looking = null;
  }

  // Looks now, and from then on. Of several looks at once only the last one tells.
  async look() {
    this.stop();
    const looking = this.looking = new AbortController();
    const [state, faults] = await asked(AbortSignal.any([looking.signal, AbortSignal.timeout(PATIENCE_MS)]));
    if (looking.signal.aborted) return;
    this.found(state, faults);
    this.timer = setTimeout(() => this.look(), state === "ready" ? LOOK_MS : LOOK_AGAIN_MS);
  }
}

async function asked(signal) {
  try {
    const response = await fetch(address("/readyz"), { signal, credentials: "omit", cache: "no-store" });
    if (response.ok) return ["ready", []];
    const { checks } = await response.json();
    return ["impaired", Object.entries(checks).filter(([, found]) => found !== "ok").map(([name, found]) => `${name}: ${found}`)];
  } catch {
    return ["unreachable", []];
  }
}
