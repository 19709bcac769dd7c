// Every type of event that there is; a test compares them with the service's.

export const TYPES = [
  "access-key.budget-changed", "access-key.budget-threshold-reached", "access-key.disabled", "access-key.enabled", "access-key.expiry-approaching",
  "access-key.expiry-changed",
  "access-key.issued", "access-key.labels-changed", "access-key.limits-changed", "access-key.models-restricted", "access-key.renamed",
  "access-key.revoked", "access-key.rotated",
  "member.invitation-withdrawn", "member.invited", "member.invited-again", "member.joined", "member.left", "member.removed",
  "member.role-changed",
  "model.capabilities-changed", "model.disabled", "model.enabled", "model.lifecycle-changed", "model.limits-changed", "model.price-changed",
  "model.reconfigured", "model.registered", "model.removed", "model.renamed", "model.retired-upstream",
  "model.retirement-approaching",
  "organization.budget-changed", "organization.budget-threshold-reached", "organization.limits-changed", "organization.registered",
  "organization.removed", "organization.renamed", "organization.restored",
  "provider.credential-removed", "provider.credential-replaced", "provider.disabled", "provider.enabled", "provider.endpoint-changed",
  "provider.extra-headers-changed",
  "provider.health-changed", "provider.registered", "provider.removed", "provider.renamed", "provider.settings-changed",
  "webhook.address-replaced", "webhook.disabled", "webhook.enabled", "webhook.format-changed", "webhook.registered", "webhook.removed",
  "webhook.renamed", "webhook.secret-rotated", "webhook.switched-off", "webhook.topics-changed",
];
