// One connection to the feed of what happens in the organization, taken up again wherever it breaks off.

import { saw, stream } from "./api.js";
import { messages } from "./events.js";
import { pause } from "./delay.js";

const FEED = "/api/ai/events";
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
// The service gives a sign of life every 15 seconds.
const SILENCE_MS = 45_000;
// After a longer absence it is less work to read again what is shown than everything that has happened.
const FORGET_MS = 5 * 60_000;
const REFUSED = new Set([401, 403, 404]);

export class Feed {
  // `begun(isGapless)` after each connection, `happened(event, between)` with its position and the one heard of before, `lost()` when it breaks off, and `refused()` when the
  // service lets this person follow nothing, which ends it.
  constructor(listener) {
    this.listener = listener;
    this.place = null;
    this.heardAt = 0;
    this.running = null;
  }

  start() {
    if (this.running) return;
    this.running = new AbortController();
    this.#run(this.running.signal);
  }

  // Started again it continues where it was.
  stop() {
    this.running?.abort();
    this.running = null;
  }

  forget() {
    this.stop();
    this.place = null;
  }

  async #run(signal) {
    let wait = FIRST_WAIT_MS;
    while (!signal.aborted) {
      const began = performance.now();
      const end = await this.#listen(signal).catch((error) => ({ status: error.status ?? 0 }));
      if (signal.aborted) return;
      if (REFUSED.has(end.status)) return this.listener.refused();
      if (end.reason === "renew") continue;
      this.listener.lost();
      if (performance.now() - began > LONGEST_WAIT_MS) wait = FIRST_WAIT_MS;
      await untilOnline(wait * (0.75 + Math.random() / 2), signal);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
    return undefined;
  }

  // Returns why the service ended it, if it said so.
  async #listen(signal) {
    const silence = new AbortController();
    let patience = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const isGapless = this.#recall();
      const headers = isGapless ? { "Last-Event-ID": this.place } : {};
      const response = await stream("GET", FEED, { headers, signal: AbortSignal.any([signal, silence.signal]) });
      this.listener.begun(isGapless);
      for await (const message of messages(response)) {
        clearTimeout(patience);
        patience = setTimeout(() => silence.abort(), SILENCE_MS);
        this.heardAt = Date.now();
        if (message.name === "end") return JSON.parse(message.data);
        // What is shown comes from a log that has been set back since, so that it is read again.
        if (message.name === "start-over") this.listener.begun(false);
        this.#take(message);
      }
      return {};
    } finally {
      clearTimeout(patience);
    }
  }

  #recall() {
    if (Date.now() - this.heardAt > FORGET_MS) this.place = null;
    return this.place !== null;
  }

  #take({ name, id, data }) {
    const before = Number(this.place);
    if (id !== null) {
      this.place = id;
      saw(Number(id));
    }
    if (name === "message" && data !== "") this.listener.happened(JSON.parse(data), { before, position: Number(id) });
  }
}

// The wait ends early when the network is back.
async function untilOnline(milliseconds, signal) {
  const isBack = new AbortController();
  const back = () => isBack.abort();
  window.addEventListener("online", back, { once: true });
  await pause(milliseconds, signal, isBack.signal);
  window.removeEventListener("online", back);
}
