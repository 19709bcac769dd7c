// Facts of a provider that are not in the list: loaded when its card scrolls into view.

import { get } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { milliseconds, number, UNKNOWN } from "../../core/format.js";
import { MODELS, PROVIDERS } from "../../core/api-paths.js";
import { href } from "../../core/router.js";
import { whenVisible } from "../../parts/when-visible.js";

export class Figures {
  constructor(signal) {
    this.signal = signal;
    this.cards = new Map();
  }

  // Elements for both figures; until they are known anew they show what was known before.
  of(provider) {
    const before = this.cards.get(provider.id);
    before?.wait();
    const card = { provider, models: shown(before?.models), latency: shown(before?.latency), checkedAt: before?.checkedAt, wait: () => {} };
    this.cards.set(provider.id, card);
    this.#ask(card);
    return card;
  }

  // Asks again for the cards of a page; the figures of others are forgotten.
  renew(providers) {
    const ids = new Set(providers.map((provider) => provider.id));
    for (const [id, card] of this.cards) {
      card.wait();
      if (ids.has(id)) this.#ask(card);
      else this.cards.delete(id);
    }
  }

  #ask(card) {
    card.wait = whenVisible(card.models, () => Promise.all([this.#count(card), this.#time(card)]));
  }

  // A card without its figures is still of use.
  async #count({ provider, models }) {
    const { id } = provider;
    const counted = await get(MODELS, { providerId: id, limit: 1, includeTotal: true }, this.signal).catch(() => null);
    replace(models, counted ? element("a", { href: href("/models", { providerId: id }) }, number(counted.pagination.total)) : UNKNOWN);
  }

  async #time(card) {
    const { provider, latency } = card;
    if (card.checkedAt === provider.lastHealthCheck) return;
    const checks = await get(`${PROVIDERS}/${provider.id}/health`, { limit: 1 }, this.signal).catch(() => null);
    replace(latency, milliseconds(checks?.data[0]?.responseTimeMs));
    card.checkedAt = provider.lastHealthCheck;
  }
}

const shown = (before) => before?.cloneNode(true) ?? element("span", {}, "…");
