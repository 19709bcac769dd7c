// The pages that one can go to, in groups, with what one must be to see them.

/** @type {[group: string | null, places: [path: string, name: string, needs: string][]][]} */
export const PLACES = [
  [null, [["/overview", "Overview", "viewer"]]],
  ["Catalogue", [["/providers", "Providers", "viewer"], ["/models", "Models", "viewer"], ["/discover", "Discover", "viewer"]]],
  ["Use", [["/try", "Playground", "viewer"], ["/keys", "Access keys", "viewer"], ["/usage", "Usage", "viewer"], ["/requests", "Requests", "viewer"]]],
  ["Organization", [["/budget", "Budget", "viewer"], ["/quotas", "Quotas", "viewer"], ["/webhooks", "Webhooks", "viewer"], ["/members", "Members", "admin"], ["/audit", "Audit", "viewer"]]],
  ["Service", [["/organizations", "Organizations", "platform"], ["/operations", "Operations", "platform"]]],
];
