// The pages that one can go to, in groups, with what one must be to see them, and their icons.

/** @type {[group: string | null, places: [path: string, name: string, needs: string, icon: string][]][]} */
export const PLACES = [
  [null, [["/overview", "Overview", "viewer", "layout-dashboard"]]],
  ["Catalogue", [["/providers", "Providers", "viewer", "plug"], ["/models", "Models", "viewer", "box"], ["/discover", "Discover", "viewer", "compass"]]],
  ["Use", [["/try", "Playground", "viewer", "message-square-text"], ["/keys", "Access keys", "viewer", "key-round"], ["/usage", "Usage", "viewer", "chart-column"], ["/requests", "Requests", "viewer", "list"]]],
  ["Organization", [["/budget", "Budget", "viewer", "wallet"], ["/quotas", "Quotas", "viewer", "gauge"], ["/webhooks", "Webhooks", "viewer", "webhook"], ["/members", "Members", "admin", "users"], ["/audit", "Audit", "viewer", "shield-check"]]],
  ["Service", [["/organizations", "Organizations", "platform", "building"], ["/operations", "Operations", "platform", "activity"]]],
];
