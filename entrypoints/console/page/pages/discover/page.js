// What the providers offer: asked side by side, so that a dead one neither holds up nor hides the others.

import { get, isAbort } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { number } from "../../core/format.js";
import { allProviders, PROVIDERS } from "../../core/places.js";
import { href, remember } from "../../core/router.js";
import { action } from "../../parts/action.js";
import { nothing, page } from "../../parts/page.js";
import { Offers } from "./offers.js";
import { drawState } from "./state.js";

export async function show({ query, signal }) {
  const providers = (await allProviders(signal)).filter((provider) => provider.isEnabled);
  if (providers.length === 0) {
    return page("Discover", {}, nothing("There is no provider in use to ask.", element("a", { class: "button", href: href("/providers") }, "Go to the providers")));
  }
  return new Discovery(providers, query, signal).elements();
}

class Discovery {
  constructor(providers, query, signal) {
    Object.assign(this, { providers, signal });
    const wanted = (query.providers ?? "").split(",").filter(Boolean);
    this.chosen = new Set(providers.filter((provider) => wanted.length === 0 || wanted.includes(provider.id)).map((provider) => provider.id));
    this.states = new Map();
    this.boxes = element("div", { class: "sources" }, providers.map((provider) => this.#source(provider)));
    this.progress = element("p", { role: "status", class: "quiet" });
    this.offers = new Offers(providers, { refresh: (id) => this.#ask(id, false) });
    this.offers.element.hidden = true;
    if (wanted.length > 0) this.start(false);
  }

  elements() {
    return page("Discover", { lead: "What your providers offer now, compared with last time and with what is registered." },
      element("div", { class: "stack" },
        element("section", { class: "card" }, element("h2", {}, "Providers to ask"), this.boxes,
          element("div", { class: "actions" }, action("Discover", { run: () => this.start(false) }),
            action("Ask again now", { tone: "plain", run: () => this.start(true) }), this.progress)),
        this.offers.element));
  }

  #source(provider) {
    const box = element("input", { type: "checkbox", checked: this.chosen.has(provider.id), onchange: () => {
      if (box.checked) this.chosen.add(provider.id);
      else this.chosen.delete(provider.id);
    } });
    const state = element("span", { class: "state" });
    this.states.set(provider.id, state);
    return element("div", { class: "source", "data-provider": provider.name }, element("label", {}, box, " ", element("strong", {}, provider.name)), state);
  }

  async start(refresh) {
    const ids = [...this.chosen];
    remember({ providers: ids.length === this.providers.length ? "" : ids.join(",") });
    this.offers.restart();
    this.offers.element.hidden = ids.length === 0;
    let answered = 0;
    const tell = () => (this.progress.textContent = ids.length === 0 ? "Choose a provider." : `${answered} of ${ids.length} have answered; ${number(this.offers.count)} models.`);
    tell();
    await Promise.all(ids.map(async (id) => {
      await this.#ask(id, refresh);
      answered += 1;
      tell();
    }));
  }

  async #ask(id, refresh) {
    const state = this.states.get(id);
    const again = () => this.#ask(id, true);
    drawState(state, "asking", null, again);
    try {
      const { data, providers } = await get(`${PROVIDERS}/${id}/models`, { refresh }, this.signal);
      drawState(state, providers[0].status, providers[0], again);
      this.offers.put(id, data, providers[0].changes ?? {});
    } catch (error) {
      if (isAbort(error)) return;
      drawState(state, "error", { error: { detail: error.message, hint: error.document?.hint } }, again);
      this.offers.put(id, [], {});
    }
  }
}

