// One model: its facts with where each is from, and its history.

import { ask, get } from "../../core/api.js";
import { date, label, number, title } from "../../core/format.js";
import { MODELS, PROVIDERS } from "../../core/api-paths.js";
import { go, href, refresh } from "../../core/router.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { chips, enabled, stage, stamp, usability } from "../../parts/badges.js";
import { copyable } from "../../parts/copy.js";
import { failure, removed } from "../../parts/failure.js";
import { card, facts, page } from "../../parts/page.js";
import { renewWith } from "../../parts/follow-changes.js";
import { retryIfChanged } from "../../parts/retry-if-changed.js";
import { removeLater } from "../../parts/remove-later.js";
import { tabs } from "../../parts/tabs.js";
import { toggle } from "../../parts/toggle.js";
import { history } from "../history/history.js";
import { editModel } from "./form.js";
import { priceFacts } from "./prices.js";
import { codeExamples } from "./code-examples.js";
import { promptObstacle, source } from "./model-types.js";

export async function show({ params, query, signal }) {
  const path = `${MODELS}/${params.id}`;
  const back = ["/models", "Models"];
  let model;
  let provider;
  let news;
  try {
    model = await get(path, {}, signal);
    provider = await get(`${PROVIDERS}/${model.providerId}`, {}, signal);
    news = renewWith([model, provider], signal);
  } catch (error) {
    return page("Model", { back }, error.status === 404 ? [removed("model"), await history(path, null, { needs: "editor", signal })] : failure(error, () => refresh()));
  }
  return page(model.name, { back, actions: actions(model, path), lead: `${title(model.type)} model of ${provider.name}` }, news, await tabs([
    ["overview", "Overview", () => overview(model, provider)],
    ["use", "Use it", () => codeExamples(model)],
    ["history", "History", () => history(path, model, { needs: "editor", reverted: () => refresh({ focus: false }), signal })],
  ], query.tab));
}

function actions(model, path) {
  const again = () => refresh({ focus: false });
  const remove = () => {
    removeLater([model.id], {
      text: `${model.name} is deleted in a few seconds. Its history stays in the audit log.`, removed: `${model.name} was deleted.`,
      run: () => retryIfChanged(model, { path, action: "Delete", act: (revision) => ask("DELETE", path, { revision }) }),
    });
    go("/models");
  };
  return html`
    <${Action} needs="editor" why=${promptObstacle(model)} run=${() => go("/try", { model: model.id })}>Try it<//>
    <${Action} needs="editor" tone="plain" run=${() => editModel(model, again)}>Edit<//>
    ${toggle(model, path, { needs: "editor", done: again })}
    <${Action} needs="editor" tone="plain danger" run=${remove}>Delete<//>`;
}

function overview(model, provider) {
  const from = (name) => model.sources[name] ? html`<small class="quiet"> ${source(model.sources[name])}</small>` : null;
  const config = Object.entries(model.config).map(([name, set]) => [label(name), typeof set === "object" ? JSON.stringify(set) : String(set)]);
  return html`<div class="columns">
    ${card("Details", html`<p class="badges">${enabled(model.isEnabled)}${usability(model)}${stage(model)}</p>`, facts([
      ["Model id", copyable(model.modelId, "the model id")],
      ["Provider", html`<a href=${href(`/providers/${provider.id}`)}>${provider.name}</a>`],
      ["Version", [model.version ?? "–", from("version")]],
      ["Type", [title(model.type), from("type")]],
      model.retiresOn ? ["Retires", [date(model.retiresOn), from("retiresOn")]] : null,
      ["Revision", number(model.revision)],
      ["Changed", stamp(model.updatedAt)],
      ["Id", copyable(model.id, "the id"), "whole"],
    ]), html`<h3>Capabilities</h3><p>${chips(model.capabilities)}${from("capabilities")}</p>`)}
    ${card("Price and limits", facts([
      ...priceFacts(model.pricing, from("price")),
      ["Price as of", date(model.pricing?.asOf)],
      ["Context window", [number(model.contextWindow), from("contextWindow")]],
      ["Max output tokens", [number(model.maxTokens), from("maxTokens")]],
    ]))}
    ${card("Config", config.length ? facts(config) : html`<p class="quiet">Nothing is set. Prompts use the provider's defaults.</p>`)}
  </div>`;
}
