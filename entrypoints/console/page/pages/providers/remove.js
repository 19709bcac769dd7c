// Removing a provider: what depends on it is shown first.

import { ask, get } from "../../core/api.js";
import { number } from "../../core/format.js";
import { MODELS, PROVIDERS } from "../../core/api-paths.js";
import { html } from "../../core/view.js";
import { confirmed } from "../../parts/dialog.js";
import { removeLater } from "../../parts/remove-later.js";
import { retryIfChanged } from "../../parts/retry-if-changed.js";

const SHOWN = 10;

// Calls `begun()` when it is on its way.
export async function removeProvider(provider, begun = () => {}) {
  const path = `${PROVIDERS}/${provider.id}`;
  const { data, pagination } = await get(MODELS, { providerId: provider.id, limit: SHOWN, includeTotal: true });
  const more = pagination.total - data.length;
  const isSure = await confirmed(`Remove ${provider.name}?`, [
    data.length === 0 ? html`<p>No model is registered from it.</p>` : html`<p><strong>${number(pagination.total)} ${pagination.total === 1 ? "model is" : "models are"} removed with it:</strong></p>
      <ul>${data.map((model) => html`<li>${model.name} <code>${model.modelId}</code></li>`)}${more > 0 ? html`<li>and ${number(more)} more</li>` : null}</ul>`,
    html`<p>Its key is destroyed and cannot be brought back. The history stays in the audit log.</p>`,
  ], { action: data.length ? "Remove it all" : "Remove", run: () => true });
  if (!isSure) return;
  removeLater([provider.id], {
    text: `${provider.name} is removed in some seconds.`, removed: `${provider.name} was removed.`,
    run: () => retryIfChanged(provider, { path, action: "Remove", act: (revision) => ask("DELETE", path, { query: data.length ? { cascade: true } : {}, revision }) }),
  });
  begun();
}
