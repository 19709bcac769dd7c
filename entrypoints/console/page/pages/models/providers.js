// The providers that models are of: for their names, and for choosing one. Known again when somebody else changes them.

import { follow } from "../../core/live.js";
import { allProviders } from "../../core/api-paths.js";
import { Store } from "../../core/view.js";

const CHANGING = new Set(["provider.registered", "provider.renamed", "provider.removed"]);

export class Providers extends Store {
  all = [];
  names = new Map();

  async read(signal) {
    this.all = await allProviders(signal);
    this.names = new Map(this.all.map((provider) => [provider.id, provider.name]));
  }

  follow({ isBusy, signal }) {
    const isNews = ({ type, aggregateId }) => CHANGING.has(type) && (type !== "provider.removed" || this.names.has(aggregateId));
    follow({ isNews, isBusy, signal, renew: () => this.#renew(signal) });
  }

  // Nobody requested this, so its failure is not reported: it is tried again.
  async #renew(signal) {
    try {
      await this.read(signal);
    } catch {
      return false;
    }
    this.changed();
    return true;
  }
}
