// What the providers offer: asked side by side, so that a dead one neither holds up nor hides the others.

import { get, isAbort } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { pause } from "../../core/delay.js";
import { number } from "../../core/format.js";
import { allProviders, PROVIDERS } from "../../core/api-paths.js";
import { href, remember, remembered } from "../../core/router.js";
import { action } from "../../old/action.js";
import { nothing, page } from "../../old/page.js";
import { Offers } from "./offers.js";
import { Sources } from "./sources.js";
import { drawState } from "./answer-state.js";

// A slow provider holds up one place of these, and a browser opens no more connections to one host.
const AT_ONCE = 5;
const MOST_IN_ADDRESS = 20;

export async function show({ query, signal }) {
  const providers = (await allProviders(signal)).filter((provider) => provider.isEnabled);
  if (providers.length === 0) {
    return page("Discover", {}, nothing("No enabled provider can be asked for its models. Add a provider, or enable one.", element("a", { class: "button", href: href("/providers") }, "Go to the providers")));
  }
  return new Discovery(providers, query, signal).elements();
}

class Discovery {
  constructor(providers, query, signal) {
    this.providers = providers;
    this.signal = signal;
    // Whoever comes back finds what was asked for: the service remembers the answers.
    const wanted = remembered().providers ?? (query.providers ?? "").split(",").filter(Boolean);
    this.sources = new Sources(providers, wanted);
    this.progress = element("p", { role: "status", class: "quiet" });
    this.stop = element("button", { type: "button", class: "plain", hidden: true, onclick: () => this.#stop() }, "Stop asking");
    this.offers = new Offers(providers, { refresh: (id) => this.#ask(id, false) });
    this.offers.element.hidden = true;
    if (wanted.length > 0) this.start(false);
  }

  elements() {
    return page("Discover", { lead: "What your providers offer now, compared with last time and with what is registered." },
      element("div", { class: "stack" },
        element("section", { class: "card" }, element("h2", {}, "Providers to ask"), this.sources.element,
          element("div", { class: "actions" }, action("Discover", { needs: "viewer", run: () => this.start(false) }),
            action("Ask again now", { needs: "viewer", tone: "plain", run: () => this.start(true) }), this.stop, this.progress)),
        this.offers.element));
  }

  async start(refresh) {
    const ids = this.sources.chosen;
    remember({ providers: ids.length > MOST_IN_ADDRESS ? "" : ids.join(",") }, { providers: ids });
    this.asking?.abort();
    this.asking = new AbortController();
    const signal = AbortSignal.any([this.asking.signal, this.signal]);
    this.offers.restart();
    this.offers.element.hidden = ids.length === 0;
    let answered = 0;
    const tell = () => (this.progress.textContent = ids.length === 0 ? "Choose a provider." : `${answered} of ${ids.length} have answered; ${number(this.offers.count)} models.`);
    tell();
    const waiting = ids.values();
    for (const provider of this.providers) drawState(this.sources.state(provider.id), ids.includes(provider.id) ? "waiting" : "unasked");
    const work = async () => {
      for (const id of waiting) {
        await this.#ask(id, refresh, signal);
        if (signal.aborted) return;
        answered += 1;
        tell();
      }
    };
    this.stop.hidden = ids.length === 0;
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (!signal.aborted) this.stop.hidden = true;
  }

  #stop() {
    this.asking.abort();
    this.stop.hidden = true;
    this.progress.textContent += " Stopped.";
  }

  async #ask(id, refresh, signal = this.signal) {
    const state = this.sources.state(id);
    const again = () => this.#ask(id, true);
    drawState(state, "asking");
    try {
      const { data, providers } = await this.#offers(id, refresh, signal, state);
      drawState(state, providers[0].status, providers[0], again);
      this.offers.put(id, data, providers[0].changes ?? {});
    } catch (error) {
      if (isAbort(error)) return drawState(state, "unasked");
      drawState(state, "error", { error: { detail: error.message, hint: error.document?.hint } }, again);
      this.offers.put(id, [], {});
    }
    return undefined;
  }

  // As fast as the service lets an organization ask.
  async #offers(id, refresh, signal, state) {
    for (;;) {
      try {
        return await get(`${PROVIDERS}/${id}/models`, { refresh }, signal);
      } catch (error) {
        if (error.status !== 429) throw error;
        drawState(state, "waiting");
        await pause(error.retryAfter * 1000, signal);
      }
    }
  }
}
