// One model: its facts with where each is from, and its history.

import { ask, get } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { label, number, title } from "../../core/format.js";
import { MODELS, PROVIDERS } from "../../core/api-paths.js";
import { go, href, refresh } from "../../core/router.js";
import { action } from "../../old/action.js";
import { chips, enabled, stage, stamp, usability } from "../../old/badges.js";
import { copyable } from "../../old/copy.js";
import { failure, removed } from "../../old/failure.js";
import { card, facts, page } from "../../old/page.js";
import { renewWith } from "../../old/follow-changes.js";
import { retryIfChanged } from "../../old/retry-if-changed.js";
import { removeLater } from "../../parts/remove-later.js";
import { tabs } from "../../old/tabs.js";
import { toggle } from "../../old/toggle.js";
import { history } from "../history/history.js";
import { editModel } from "./form.js";
import { priceFacts } from "./prices.js";
import { useIt } from "./use.js";
import { promptObstacle, source } from "./vocabulary.js";

export async function show({ params, query, signal }) {
  const path = `${MODELS}/${params.id}`;
  const back = ["/models", "Models"];
  let model;
  let provider;
  try {
    model = await get(path, {}, signal);
    provider = await get(`${PROVIDERS}/${model.providerId}`, {}, signal);
    renewWith([model, provider], signal);
  } catch (error) {
    return page("Model", { back }, error.status === 404 ? [removed("model"), await history(path, null, { needs: "editor", signal })] : failure(error, () => refresh()));
  }
  return page(model.name, { back, actions: actions(model, path), lead: `${title(model.type)} model of ${provider.name}` }, await tabs([
    ["overview", "Overview", () => overview(model, provider)],
    ["use", "Use it", () => useIt(model)],
    ["history", "History", () => history(path, model, { needs: "editor", reverted: () => refresh({ focus: false }), signal })],
  ], query.tab));
}

function actions(model, path) {
  const again = () => refresh({ focus: false });
  return [
    action("Try it", { needs: "editor", why: promptObstacle(model), run: () => go("/try", { model: model.id }) }),
    action("Edit", { needs: "editor", tone: "plain", run: () => editModel(model, again) }),
    toggle(model, path, { needs: "editor", done: again }),
    action("Delete", { needs: "editor", tone: "plain danger", run: () => {
      removeLater([model.id], {
        text: `${model.name} is deleted in some seconds. Its history stays in the audit log.`, removed: `${model.name} was deleted.`,
        run: () => retryIfChanged(model, { path, action: "Delete", act: (revision) => ask("DELETE", path, { revision }) }),
      });
      go("/models");
    } }),
  ];
}

function overview(model, provider) {
  const from = (name) => model.sources[name] ? element("small", { class: "quiet" }, ` ${source(model.sources[name])}`) : null;
  return element("div", { class: "columns" },
    card("What it is", element("p", { class: "badges" }, enabled(model.isEnabled), usability(model), stage(model)), facts([
      ["Model id", copyable(model.modelId, "the model id")],
      ["Provider", element("a", { href: href(`/providers/${provider.id}`) }, provider.name)],
      ["Version", [model.version ?? "–", from("version")]],
      ["Type", [title(model.type), from("type")]],
      model.retiresOn ? ["Retires", [model.retiresOn, from("retiresOn")]] : null,
      ["Revision", number(model.revision)],
      ["Changed", stamp(model.updatedAt)],
      ["Id", copyable(model.id, "the id"), "whole"],
    ]), element("h3", {}, "Capabilities"), element("p", {}, chips(model.capabilities), from("capabilities"))),
    card("Price and limits", facts([
      ...priceFacts(model.pricing, from("price")),
      ["Price as of", model.pricing?.asOf ?? "–"],
      ["Context window", [number(model.contextWindow), from("contextWindow")]],
      ["Max output tokens", [number(model.maxTokens), from("maxTokens")]],
    ])),
    card("Config", Object.keys(model.config).length ? facts(Object.entries(model.config).map(([name, set]) => [label(name), typeof set === "object" ? JSON.stringify(set) : String(set)]))
      : element("p", { class: "quiet" }, "Nothing is set. Prompts use the provider's defaults.")));
}
