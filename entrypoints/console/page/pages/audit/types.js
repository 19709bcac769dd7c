// Every type of event that there is; a test compares them with the service's.

export const TYPES = [
  "model.capabilities-changed", "model.disabled", "model.enabled", "model.lifecycle-changed", "model.limits-changed", "model.price-changed",
  "model.reconfigured", "model.registered", "model.removed", "model.renamed", "model.retired-upstream",
  "organization.registered", "organization.removed", "organization.renamed", "organization.restored",
  "provider.credential-removed", "provider.credential-replaced", "provider.disabled", "provider.enabled", "provider.endpoint-changed",
  "provider.health-changed", "provider.registered", "provider.removed", "provider.renamed", "provider.settings-changed",
];
