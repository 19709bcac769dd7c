// What the providers offer: asked side by side, so that a dead one neither holds up nor hides the others.

import { get, isAbort } from "../../core/api.js";
import { pause } from "../../core/delay.js";
import { number } from "../../core/format.js";
import { allProviders, PROVIDERS } from "../../core/api-paths.js";
import { href, remember, remembered } from "../../core/router.js";
import { html, Store, useStore } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { card, nothing, page } from "../../parts/page.js";
import { Offers } from "./offers.js";
import { Sources } from "./sources.js";
import { answerState, ASKING, UNASKED, WAITING } from "./answer-state.js";

// A slow provider holds up one place of these, and a browser opens no more connections to one host.
const AT_ONCE = 5;
const MOST_IN_ADDRESS = 20;

export async function show({ query, signal }) {
  const providers = (await allProviders(signal)).filter((provider) => provider.isEnabled);
  if (providers.length === 0) {
    return page("Discover", {}, nothing("There is no enabled provider to query for models. Add a provider, or enable one.", html`<a class="button" href=${href("/providers")}>Go to the providers</a>`));
  }
  const discovery = new Discovery(providers, query, signal);
  return page("Discover", { lead: "What your providers offer now, compared with last time and with what is registered." }, html`<${DiscoveryView} discovery=${discovery} />`);
}

function DiscoveryView({ discovery }) {
  const { sources, offers, progress, isAsking, isBegun } = useStore(discovery);
  return html`<div class="stack">
    ${card("Providers to query", sources.view, html`<div class="actions">
      <${Action} needs="viewer" run=${() => discovery.start(false)}>Discover<//>
      <${Action} needs="viewer" tone="plain" run=${() => discovery.start(true)}>Ask again now<//>
      <button type="button" class="plain" hidden=${!isAsking} onclick=${() => discovery.stop()}>Stop</button>
      <p role="status" class="quiet">${progress}</p>
    </div>`)}
    ${isBegun ? offers.view : null}
  </div>`;
}

class Discovery extends Store {
  constructor(providers, query, signal) {
    super();
    this.providers = providers;
    this.signal = signal;
    // Whoever comes back finds what was requested: the service remembers the answers.
    const wanted = remembered().providers ?? (query.providers ?? "").split(",").filter(Boolean);
    this.sources = new Sources(providers, wanted);
    this.offers = new Offers(providers, query, { refresh: (id) => this.#ask(id, false), filtered: () => this.#remember() });
    this.progress = "";
    this.isAsking = false;
    this.isBegun = false;
    if (wanted.length > 0) this.start(false);
  }

  #tell(progress, isAsking) {
    this.progress = progress;
    this.isAsking = isAsking;
    this.changed();
  }

  #remember() {
    const ids = this.sources.chosen;
    remember({ providers: ids.length > MOST_IN_ADDRESS ? "" : ids.join(","), ...this.offers.chosenFilters }, { providers: ids });
    return ids;
  }

  async start(refresh) {
    const ids = this.#remember();
    this.asking?.abort();
    this.asking = new AbortController();
    const signal = AbortSignal.any([this.asking.signal, this.signal]);
    this.offers.restart();
    this.isBegun = ids.length > 0;
    if (ids.length === 0) return this.#tell("Choose a provider.", false);
    let answered = 0;
    const tell = () => this.#tell(`${answered} of ${ids.length} have answered; ${number(this.offers.count)} models.`, answered < ids.length);
    tell();
    const waiting = ids.values();
    for (const provider of this.providers) this.sources.put(provider.id, ids.includes(provider.id) ? WAITING : UNASKED);
    const work = async () => {
      for (const id of waiting) {
        await this.#ask(id, refresh, signal);
        if (signal.aborted) return;
        answered += 1;
        tell();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return undefined;
  }

  stop() {
    this.asking.abort();
    this.#tell(`${this.progress} Stopped.`, false);
  }

  async #ask(id, refresh, signal = this.signal) {
    const again = () => this.#ask(id, true);
    this.sources.put(id, ASKING);
    try {
      const { data, providers } = await this.#offers(id, refresh, signal);
      this.sources.put(id, answerState(providers[0].status, providers[0], again));
      this.offers.put(id, data, providers[0].changes ?? {});
    } catch (error) {
      if (isAbort(error)) return this.sources.put(id, UNASKED);
      this.sources.put(id, answerState("error", { error: { detail: error.message, hint: error.document?.hint } }, again));
      this.offers.put(id, [], {});
    }
    return undefined;
  }

  // As fast as the service lets an organization ask.
  async #offers(id, refresh, signal) {
    for (;;) {
      try {
        return await get(`${PROVIDERS}/${id}/models`, { refresh }, signal);
      } catch (error) {
        if (error.status !== 429) throw error;
        this.sources.put(id, WAITING);
        await pause(error.retryAfter * 1000, signal);
      }
    }
  }
}
