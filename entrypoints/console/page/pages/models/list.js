// All models: found, sorted and paged by the service; changed one by one or many at once.

import { element, replace } from "../../core/elements.js";
import { number, perMillion, title, tokens } from "../../core/format.js";
import { MODELS } from "../../core/api-paths.js";
import { go, href } from "../../core/router.js";
import { action } from "../../old/action.js";
import { enabled, fewChips, stage, stamp, usability } from "../../old/badges.js";
import { Columns } from "../../old/columns.js";
import { choice, search } from "../../old/filters.js";
import { Listing } from "../../old/listing.js";
import { nothing, page } from "../../old/page.js";
import { Selection, table } from "../../old/table.js";
import { isHeld } from "../../old/redraw.js";
import { changeMany } from "./bulk.js";
import { addModel, editModel } from "./form.js";
import { CAPABILITIES, ownName, TYPES } from "./vocabulary.js";
import { Providers } from "./providers.js";

export async function show({ query, signal }) {
  const providers = await Providers.read(signal);
  const byProvider = choice("providerId", "Provider", [...providers.names]);
  const bar = element("div", { class: "bulk", role: "group", "aria-label": "Selected models", hidden: true });
  const selection = new Selection({ changed: () => drawBar(bar, selection, list) });
  const add = action("Register a model", { needs: "editor", run: () => addModel(providers.all, () => list.restart()), why: whyNot(providers) });
  const chooser = new Columns("models", columns(providers, () => list.load()), () => list.drawAgain());
  const list = new Listing({
    path: MODELS, query, signal, about: ["model."], tools: [chooser.menu], csv: "models.csv",
    filters: [search("q", "Search in name and model id"), byProvider, choice("type", "Type", TYPES.map((type) => [type, title(type)])),
      choice("capability", "Capabilities", CAPABILITIES.map((name) => [name, title(name)])), choice("enabled", "State", [["true", "Enabled"], ["false", "Disabled"]]),
      choice("usable", "Usable", [["true", "Can be used"], ["false", "Cannot be used"]])],
    draw: (rows) => table(chooser.shown, rows, { caption: "Models", selection, sorted: list.sort, onsort: (sort) => list.sortBy(sort) }),
    empty: (isFiltered) => isFiltered ? nothing("No model matches.") : nothing("No model is registered yet.", element("a", { class: "button", href: href("/discover") }, "Discover what your providers offer")),
  });
  list.element.insertBefore(bar, list.place);
  providers.follow({ signal, isBusy: () => isHeld(list.place), renewed: () => {
    byProvider.offer([...providers.names]);
    list.drawAgain();
    add.refuse(whyNot(providers));
  } });
  await list.load();
  return page("Models", { lead: "What your organization uses, and may use.", actions: [add] }, list.element);
}

const whyNot = (providers) => providers.all.length ? null : "There is no provider yet: add one first.";

function columns(providers, again) {
  return [
    { head: "Model", isFixed: true, sort: "name", cell: (model) => [element("a", { href: href(`/models/${model.id}`) }, model.name), ownName(model)] },
    { head: "Provider", sort: "provider", cell: (model) => providers.names.get(model.providerId) ?? "–" },
    { head: "Type", cell: (model) => title(model.type) },
    { head: "Capabilities", cell: (model) => fewChips(model.capabilities) },
    { head: "Context", sort: "contextWindow", numeric: true, cell: (model) => tokens(model.contextWindow) },
    { head: "In / out per 1M", sort: "costPer1kTokens", numeric: true, cell: (model) => `${perMillion(model.pricing?.inputPer1kTokens)} / ${perMillion(model.pricing?.outputPer1kTokens)}` },
    { head: "Max output", isExtra: true, sort: "maxTokens", numeric: true, cell: (model) => tokens(model.maxTokens) },
    { head: "Retires", isExtra: true, sort: "retiresOn", cell: (model) => model.retiresOn ?? "–" },
    { head: "Version", isExtra: true, cell: (model) => model.version ?? "–" },
    { head: "Changed", isExtra: true, sort: "updatedAt", cell: (model) => stamp(model.updatedAt) },
    { head: "Added", isExtra: true, sort: "createdAt", cell: (model) => stamp(model.createdAt) },
    { head: "State", cell: (model) => element("span", { class: "badges" }, enabled(model.isEnabled), usability(model), stage(model)) },
    { head: "Change", isFixed: true, isUnseen: true, cell: (model) => action("Edit", { needs: "editor", tone: "plain", label: `Edit ${model.name}`, run: () => editModel(model, again) }) },
  ];
}

function drawBar(bar, selection, list) {
  bar.hidden = selection.size === 0;
  if (bar.querySelector("[data-count]") === null) {
    replace(bar, element("strong", { "data-count": "", role: "status" }), element("span", { class: "actions" }),
      element("button", { type: "button", class: "plain", onclick: () => selection.clear() }, "Clear"));
  }
  const count = bar.querySelector("[data-count]");
  const tell = (text) => (count.textContent = text);
  const many = (op, text, tone = "plain") => action(text, { needs: "editor", tone, run: () => changeMany(op, selection.chosen, tell, () => {
    selection.clear();
    list.load();
  }) });
  const compare = action("Compare", { needs: "viewer", tone: "plain", why: selection.size < 2 ? "Select at least two models." : selection.size > 6 ? "At most six fit side by side." : null,
    run: () => go("/compare", { ids: selection.chosen.map((model) => model.id).join(",") }) });
  const isAll = list.rows.every((row) => selection.rows.has(row.id)) && selection.size < list.total;
  const all = isAll ? action(`Select all ${number(list.total)} that match`, { needs: "viewer", tone: "plain", run: async () => selection.add(await list.everything((found) => tell(`${number(found)} found…`), list.signal)) }) : null;
  tell(`${number(selection.size)} selected`);
  replace(bar.querySelector(".actions"), all, many("enable", "Enable"), many("disable", "Disable"), compare, many("delete", "Delete", "plain danger"));
}
