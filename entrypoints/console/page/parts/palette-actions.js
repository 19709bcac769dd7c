// What can be begun from anywhere.

import { allProviders } from "../core/api-paths.js";
import { go } from "../core/router.js";
import { openSettings } from "./settings.js";

/** @type {[name: string, needs: string, run: () => any][]} */
export const ACTIONS = [
  ["Add a provider", "admin", async () => (await import("../pages/providers/form.js")).addProvider(({ id }) => go(`/providers/${id}`))],
  ["Register a model", "editor", async () => (await import("../pages/models/form.js")).addModel(await allProviders(), ({ id }) => go(`/models/${id}`))],
  ["Issue an access key", "admin", async () => (await import("../pages/keys/form.js")).issueKey(() => go("/keys"))],
  ["Add a webhook", "admin", async () => (await import("../pages/webhooks/form.js")).addWebhook(() => go("/webhooks"))],
  ["Set the budget", "admin", () => go("/budget")],
  ["Settings", "anybody", () => openSettings()],
];
