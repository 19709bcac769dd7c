// What usage is added up by: how each group is called, where it leads, and how to request it alone.

import { allProviders, allKeys } from "../../core/api-paths.js";
import { href } from "../../core/router.js";
import { html } from "../../core/view.js";

const short = (id) => id.slice(0, 8);

// `only` gives the filter for one group, null where the service has none: for calls without a key or a label.
/** @type {Record<string, { label: string, groupBy: (label: string) => string, name: (group: any, names: Map<string, string>, label: string) => string, cell?: (group: any, name: string) => any, only: (group: any, label?: string) => Record<string, string> | null, names?: (signal: AbortSignal) => Promise<any[]> }>} */
export const DIMENSIONS = {
  model: { label: "Model", groupBy: () => "model", name: (group) => group.providerModelId, cell: (group, name) => html`<a href=${href(`/models/${group.modelId}`)}>${name}</a>`, only: (group) => ({ modelId: group.modelId }) },
  provider: { label: "Provider", groupBy: () => "provider", name: (group, names) => names.get(group.providerId) ?? short(group.providerId), names: allProviders,
    cell: (group, name) => html`<a href=${href(`/providers/${group.providerId}`)}>${name}</a>`, only: (group) => ({ providerId: group.providerId }) },
  key: { label: "Access key", groupBy: () => "key", name: (group, names) => group.accessKeyId === null ? "without a key" : names.get(group.accessKeyId) ?? short(group.accessKeyId), names: allKeys,
    only: (group) => group.accessKeyId === null ? null : { key: group.accessKeyId } },
  actor: { label: "Person or key", groupBy: () => "actor", name: (group) => group.actor, only: (group) => ({ actor: group.actor }) },
  label: { label: "Label", groupBy: (label) => `label:${label}`, name: (group, _, label) => group.labels?.[label] ?? "without it", only: (group, label) => group.labels?.[label] ? { label: `${label}:${group.labels[label]}` } : null },
};

// Filters that the address may name, as people read them.
export const FILTERS = { modelId: "model", providerId: "provider", key: "key", actor: "actor", label: "label" };
