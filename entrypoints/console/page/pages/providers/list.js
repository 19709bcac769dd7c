// All providers as cards: how each is, and what can be done with it.

import { ask } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { providerTypes, PROVIDERS } from "../../core/api-paths.js";
import { href } from "../../core/router.js";
import { action } from "../../old/action.js";
import { badge, health, keyHint, when } from "../../old/badges.js";
import { openDialog } from "../../old/dialog.js";
import { choice, search } from "../../old/filters.js";
import { Listing, SORTS } from "../../old/listing.js";
import { facts, nothing, page } from "../../old/page.js";
import { report } from "../../old/report.js";
import { toggle } from "../../old/toggle.js";
import { Figures } from "./live-facts.js";
import { addProvider, editProvider } from "./form.js";
import { removeProvider } from "./remove.js";

// A check that finds what was known is no event, but the time of the last one is shown.
const CHECKS_MS = 60_000;
const STATES = [["healthy", "Healthy"], ["degraded", "Degraded"], ["unhealthy", "Unhealthy"], ["unknown", "Unknown"]];

export async function show({ query, signal }) {
  const types = await providerTypes();
  const labels = new Map(types.map((type) => [type.name, type.label]));
  const figures = new Figures(signal);
  const list = new Listing({
    path: PROVIDERS, query, signal, sorts: SORTS, csv: "providers.csv", about: ["provider.", "model.registered", "model.removed"], every: CHECKS_MS, renewed: (rows) => figures.renew(rows),
    filters: [search("q", "Search"), choice("type", "Type", types.map((type) => [type.name, type.label])), choice("health", "Health", STATES),
      choice("enabled", "State", [["true", "Enabled"], ["false", "Disabled"]])],
    draw: (rows) => element("ul", { class: "cards" }, rows.map((provider) => providerCard(provider, labels, list, figures))),
    empty: (isFiltered) => isFiltered ? nothing("No provider matches.") : nothing("There is no provider yet. Add the first account, then discover what it offers.", adder(list)),
  });
  await list.load();
  return page("Providers", { lead: "The accounts your organization has with AI providers.", actions: [adder(list)] }, list.element);
}

const adder = (list) => action("Add a provider", { needs: "admin", run: () => addProvider(() => list.restart()) });

function providerCard(provider, labels, list, figures) {
  const { models, latency } = figures.of(provider);
  return element("li", { class: "card provider", "data-key": provider.id },
    element("div", { class: "card-head" },
      element("h2", {}, element("a", { href: href(`/providers/${provider.id}`) }, provider.name)),
      element("p", { class: "badges" }, health(provider.healthStatus), provider.isEnabled ? null : badge("Disabled"))),
    element("p", { class: "quiet" }, labels.get(provider.providerType) ?? provider.providerType, " · ", element("span", { class: "address" }, provider.endpoint)),
    facts([["Models", models], ["Latency", latency], ["Checked", when(provider.lastHealthCheck)],
      ["Key", keyHint(provider.apiKey)]]),
    actions(provider, list));
}

function actions(provider, list) {
  const again = () => list.load();
  return element("div", { class: "actions" },
    action("Test", { needs: "editor", tone: "plain", label: `Test ${provider.name}`, run: () => test(provider, again) }),
    action("Edit", { needs: "admin", tone: "plain", label: `Edit ${provider.name}`, run: () => editProvider(provider, again) }),
    toggle(provider, `${PROVIDERS}/${provider.id}`, { needs: "admin", done: again }),
    action("Remove", { needs: "admin", tone: "plain danger", label: `Remove ${provider.name}`, run: () => removeProvider(provider) }));
}

export async function test(provider, done) {
  const { document } = await ask("POST", `${PROVIDERS}/${provider.id}/test`);
  openDialog(`Connection to ${provider.name}`, report(document), { onclose: done });
}
