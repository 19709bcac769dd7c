// Facts of a provider, with those that are not in the list: they are read when its card scrolls into view.

import { get } from "../../core/api.js";
import { milliseconds, number, UNKNOWN } from "../../core/format.js";
import { MODELS, PROVIDERS } from "../../core/api-paths.js";
import { href } from "../../core/router.js";
import { html, useEffect, useRef, useState } from "../../core/view.js";
import { keyHint, stamp } from "../../parts/badges.js";
import { ChosenFacts } from "../../parts/columns.js";
import { copyable } from "../../parts/copy.js";
import { whenVisible } from "../../parts/when-visible.js";

// Until figures are known again they stay as they were known before; a card without them is still of use.
export function ProviderFacts({ provider, chooser, signal }) {
  const { id, lastHealthCheck } = provider;
  const place = useRef(null);
  const checkedAt = useRef(/** @type {any} */ (undefined));
  const [models, setModels] = useState("…");
  const [latency, setLatency] = useState("…");
  const count = async () => {
    const counted = await get(MODELS, { providerId: id, limit: 1, includeTotal: true }, signal).catch(() => null);
    setModels(counted ? html`<a href=${href("/models", { providerId: id })}>${number(counted.pagination.total)}</a>` : UNKNOWN);
  };
  const time = async () => {
    if (checkedAt.current === lastHealthCheck) return;
    const checks = await get(`${PROVIDERS}/${id}/health`, { limit: 1 }, signal).catch(() => null);
    setLatency(milliseconds(checks?.data[0]?.responseTimeMs));
    checkedAt.current = lastHealthCheck;
  };
  // Whenever the list was read.
  useEffect(() => whenVisible(place.current, () => Promise.all([count(), time()])), [provider]);
  return html`<div ref=${place}><${ChosenFacts} chooser=${chooser} row=${{ ...provider, models, latency }} /></div>`;
}

export const FIELDS = [
  { head: "Models", cell: (provider) => provider.models },
  { head: "Latency", cell: (provider) => provider.latency },
  { head: "Checked", cell: (provider) => stamp(provider.lastHealthCheck, "never") },
  { head: "Key", cell: (provider) => keyHint(provider.apiKey) },
  { head: "Extra headers", isExtra: true, cell: (provider) => provider.extraHeaders.join(", ") || "none" },
  { head: "Added", isExtra: true, cell: (provider) => stamp(provider.createdAt) },
  { head: "Changed", isExtra: true, cell: (provider) => stamp(provider.updatedAt) },
  { head: "Id", isExtra: true, isWhole: true, cell: (provider) => copyable(provider.id, `the id of ${provider.name}`) },
];
