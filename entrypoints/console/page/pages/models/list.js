// All models: found, sorted and paged by the service; changed one by one or many at once.

import { date, inAndOut, title, tokens } from "../../core/format.js";
import { MODELS } from "../../core/api-paths.js";
import { go, href } from "../../core/router.js";
import { html, useStore } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { clamped, enabled, fewChips, stage, stamp, usability } from "../../parts/badges.js";
import { Bulk } from "../../parts/bulk.js";
import { isHeld } from "../../parts/busy.js";
import { ChosenTable, Columns } from "../../parts/columns.js";
import { choice, search } from "../../parts/filters.js";
import { icon } from "../../parts/icon.js";
import { Listing } from "../../parts/listing.js";
import { nothing, page } from "../../parts/page.js";
import { Selection } from "../../parts/table.js";
import { changeMany } from "./bulk.js";
import { addModel, editModel } from "./form.js";
import { CAPABILITIES, ownName, TYPES } from "./model-types.js";
import { Providers } from "./providers.js";

export async function show({ query, signal }) {
  const providers = new Providers();
  const byProvider = choice("providerId", "Provider", []);
  const selection = new Selection();
  const chooser = new Columns("models", columns(providers, () => list.load()));
  const rowsOf = (rows) => {
    selection.renew(rows);
    return html`<${ChosenTable} chooser=${chooser} rows=${rows} caption="Models" selection=${selection} sorted=${list.sort} onsort=${(sort) => list.sortBy(sort)} />`;
  };
  const list = new Listing({
    path: MODELS, query, signal, about: ["model."], tools: chooser.view, csv: "models.csv",
    filters: [search("q", "Search in name and model id"), byProvider, choice("type", "Type", TYPES.map((type) => [type, title(type)])),
      choice("capability", "Capabilities", CAPABILITIES.map((name) => [name, title(name)])), choice("enabled", "State", [["true", "Enabled"], ["false", "Disabled"]]),
      choice("usable", "Usable", [["true", "Can be used"], ["false", "Cannot be used"]])],
    draw: rowsOf,
    empty: (isFiltered) => isFiltered ? nothing("No model matches.") : providers.all.length === 0 ? nothing("No model is registered yet. Models belong to a provider: add one first.", html`<a class="button" href=${href("/providers")}>Go to the providers</a>`) : nothing("No model is registered yet.", html`<a class="button" href=${href("/discover")}>Discover what your providers offer</a>`),
    above: html`<${Bulk} name="Selected models" selection=${selection} get=${() => list} kept=${handle} acts=${acts} />`,
  });
  providers.subscribe(() => {
    byProvider.form.choices = [...providers.names];
    list.drawAgain();
  });
  providers.follow({ signal, isBusy: () => isHeld(document.getElementById("main")) });
  await Promise.all([providers.read(signal), list.load()]);
  byProvider.form.choices = [...providers.names];
  return page("Models", { lead: "What your organization uses, and may use.", actions: html`<${Adder} providers=${providers} list=${list} />` }, list.view);
}

function Adder({ providers, list }) {
  const { all } = useStore(providers);
  return html`<${Action} needs="editor" why=${all.length ? null : "There is no provider yet: add one first."} run=${() => addModel(all, () => list.restart())}>${icon("plus")}Register a model<//>`;
}

function columns(providers, again) {
  return [
    { head: "Model", isFixed: true, sort: "name", cell: (model) => html`<a href=${href(`/models/${model.id}`)}>${model.name}</a>${ownName(model)}` },
    { head: "Provider", sort: "provider", cell: (model) => clamped(providers.names.get(model.providerId)) },
    { head: "Type", cell: (model) => title(model.type) },
    { head: "Capabilities", isMinor: true, cell: (model) => fewChips(model.capabilities) },
    { head: "Context", sort: "contextWindow", numeric: true, cell: (model) => tokens(model.contextWindow) },
    { head: "In / out per 1M", sort: "costPer1kTokens", numeric: true, cell: (model) => inAndOut(model.pricing) },
    { head: "Max output", isExtra: true, sort: "maxTokens", numeric: true, cell: (model) => tokens(model.maxTokens) },
    { head: "Retires", isExtra: true, sort: "retiresOn", cell: (model) => date(model.retiresOn) },
    { head: "Version", isExtra: true, cell: (model) => model.version ?? "–" },
    { head: "Changed", isExtra: true, sort: "updatedAt", cell: (model) => stamp(model.updatedAt) },
    { head: "Added", isExtra: true, sort: "createdAt", cell: (model) => stamp(model.createdAt) },
    { head: "State", cell: (model) => html`<span class="badges">${enabled(model.isEnabled)}${usability(model)}${stage(model)}</span>` },
    { head: "Change", isFixed: true, isUnseen: true, cell: (model) => html`<${Action} needs="editor" tone="plain" label="Edit ${model.name}" run=${() => editModel(model, again)}>Edit<//>` },
  ];
}

// What is needed of each of very many.
const handle = ({ id, revision, name }) => ({ id, revision, name });

function acts({ run, size }) {
  const change = (op) => run((models, { tell, done }) => changeMany(op, models, tell, done));
  const why = size < 2 ? "Select at least two models." : size > 6 ? "At most six fit side by side." : null;
  return html`<${Action} needs="editor" tone="plain" run=${change("enable")}>Enable<//>
    <${Action} needs="editor" tone="plain" run=${change("disable")}>Disable<//>
    <${Action} needs="viewer" tone="plain" why=${why} run=${run((models) => go("/compare", { ids: models.map((model) => model.id).join(",") }))}>Compare<//>
    <${Action} needs="editor" tone="plain danger" run=${change("delete")}>Delete<//>`;
}
