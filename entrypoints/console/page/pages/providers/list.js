// All providers as cards: how each is, and what can be done with it.

import { ask } from "../../core/api.js";
import { providerTypes, PROVIDERS } from "../../core/api-paths.js";
import { href } from "../../core/router.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { badge, health } from "../../parts/badges.js";
import { cardFields } from "../../parts/columns.js";
import { openDialog } from "../../parts/dialog.js";
import { choice, search } from "../../parts/filters.js";
import { icon } from "../../parts/icon.js";
import { Listing, SORTS } from "../../parts/listing.js";
import { markOf } from "../../parts/mark.js";
import { nothing, page } from "../../parts/page.js";
import { report } from "../../parts/connection-report.js";
import { toggle } from "../../parts/toggle.js";
import { FIELDS, ProviderFacts } from "./live-facts.js";
import { addProvider, editProvider } from "./form.js";
import { removeProvider } from "./remove.js";

// A check that finds what was known is no event, but the time of the last one is shown.
const CHECKS_MS = 60_000;
const STATES = [["healthy", "Healthy"], ["degraded", "Degraded"], ["unhealthy", "Unhealthy"], ["unknown", "Unknown"]];

export async function show({ query, signal }) {
  const types = await providerTypes();
  const labels = new Map(types.map((type) => [type.name, type.label]));
  const chooser = cardFields("providers", FIELDS);
  const list = new Listing({
    path: PROVIDERS, query, signal, sorts: SORTS, tools: chooser.view, csv: "providers.csv", about: ["provider.", "model.registered", "model.removed"], every: CHECKS_MS,
    filters: [search("q", "Search"), choice("type", "Type", types.map((type) => [type.name, type.label])), choice("health", "Health", STATES),
      choice("enabled", "State", [["true", "Enabled"], ["false", "Disabled"]])],
    draw: (rows) => html`<ul class="cards">${rows.map((provider) => providerCard(provider, labels, chooser, list))}</ul>`,
    empty: (isFiltered) => isFiltered ? nothing("No provider matches.") : nothing("There is no provider yet. Add the first account, then discover what it offers.", adder(list)),
  });
  await list.load();
  return page("Providers", { lead: "The accounts your organization has with AI providers.", actions: adder(list) }, list.view);
}

const adder = (list) => html`<${Action} needs="admin" run=${() => addProvider(() => list.restart())}>${icon("plus")}Add a provider<//>`;

function providerCard(provider, labels, chooser, list) {
  const type = labels.get(provider.providerType) ?? provider.providerType;
  return html`<li class="card provider" key=${provider.id} data-key=${provider.id}>
    <div class="card-head">
      ${markOf(provider, type)}<h2><a href=${href(`/providers/${provider.id}`)}>${provider.name}</a></h2>
      <p class="badges">${health(provider.healthStatus)}${provider.isEnabled ? null : badge("Disabled")}</p>
    </div>
    <p class="quiet">${type}<span class="address">${provider.endpoint}</span></p>
    <${ProviderFacts} provider=${provider} chooser=${chooser} signal=${list.signal} />
    ${actions(provider, () => list.load())}
  </li>`;
}

function actions(provider, again) {
  const { name } = provider;
  return html`<div class="actions">
    <${Action} needs="editor" tone="plain" label="Test ${name}" run=${() => test(provider, again)}>Test<//>
    <${Action} needs="admin" tone="plain" label="Edit ${name}" run=${() => editProvider(provider, again)}>Edit<//>
    ${toggle(provider, `${PROVIDERS}/${provider.id}`, { needs: "admin", done: again })}
    <${Action} needs="admin" tone="plain danger" label="Remove ${name}" run=${() => removeProvider(provider)}>Remove<//>
  </div>`;
}

export async function test(provider, done) {
  const { document } = await ask("POST", `${PROVIDERS}/${provider.id}/test`);
  openDialog(`Connection to ${provider.name}`, report(document), { onclose: done });
}
