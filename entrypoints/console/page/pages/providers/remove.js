// Removing a provider: what depends on it is shown first.

import { ask, get } from "../../core/api.js";
import { number } from "../../core/format.js";
import { MODELS, PROVIDERS } from "../../core/api-paths.js";
import { say } from "../../core/messages.js";
import { html } from "../../core/view.js";
import { confirmed } from "../../parts/dialog.js";
import { removeLater } from "../../parts/remove-later.js";
import { retryIfChanged } from "../../parts/retry-if-changed.js";

const SHOWN = 10;
// The service removes more than these in parts.
const AT_ONCE = 1000;
const LOOK_MS = 2000;

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
    text: `${provider.name} is removed in a few seconds.`, removed: `${provider.name} was removed.`,
    run: () => retryIfChanged(provider, {
      path, action: "Remove",
      act: (revision) => withProgress(provider.id, pagination.total, () => ask("DELETE", path, { query: data.length ? { cascade: true } : {}, revision })),
    }),
  });
  begun();
}

// Says how many of very many models are removed while this goes on.
async function withProgress(providerId, total, remove) {
  if (total <= AT_ONCE) return remove();
  const message = say(`${number(total)} models are being removed.`, { stays: true });
  const look = async () => {
    const { pagination } = await get(MODELS, { providerId, limit: 1, includeTotal: true });
    message.change(`${number(total - pagination.total)} of ${number(total)} models are removed.`);
  };
  // Whatever is wrong, the removal itself says so.
  const looking = setInterval(() => look().catch(() => {}), LOOK_MS);
  try {
    return await remove();
  } finally {
    clearInterval(looking);
    message.remove();
  }
}
