// Removing a provider: what depends on it is shown first.

import { ask, get } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { number } from "../../core/format.js";
import { MODELS, PROVIDERS } from "../../core/api-paths.js";
import { confirmed } from "../../old/dialog.js";
import { removeLater } from "../../parts/remove-later.js";
import { retryIfChanged } from "../../old/retry-if-changed.js";

const SHOWN = 10;

// Calls `begun()` when it is on its way.
export async function removeProvider(provider, begun = () => {}) {
  const path = `${PROVIDERS}/${provider.id}`;
  const { data, pagination } = await get(MODELS, { providerId: provider.id, limit: SHOWN, includeTotal: true });
  const more = pagination.total - data.length;
  const isSure = await confirmed(`Remove ${provider.name}?`, [
    data.length === 0 ? element("p", {}, "No model is registered from it.") : [
      element("p", {}, element("strong", {}, `${number(pagination.total)} ${pagination.total === 1 ? "model goes" : "models go"} with it:`)),
      element("ul", {}, data.map((model) => element("li", {}, `${model.name} `, element("code", {}, model.modelId))), more > 0 ? element("li", {}, `and ${number(more)} more`) : null),
    ],
    element("p", {}, "Its key is destroyed and cannot be brought back. The history stays in the audit log."),
  ], { action: data.length ? "Remove it all" : "Remove", run: () => true });
  if (!isSure) return;
  removeLater([provider.id], {
    text: `${provider.name} is removed in some seconds.`, removed: `${provider.name} was removed.`,
    run: () => retryIfChanged(provider, { path, action: "Remove", act: (revision) => ask("DELETE", path, { query: data.length ? { cascade: true } : {}, revision }) }),
  });
  begun();
}
