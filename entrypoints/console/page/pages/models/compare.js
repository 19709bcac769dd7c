// Several models side by side, with what they would cost in a month.

import { get } from "../../core/api.js";
import { date, known, money, number, perMillion, title } from "../../core/format.js";
import { MODELS } from "../../core/api-paths.js";
import { href, remember } from "../../core/router.js";
import { html, useState } from "../../core/view.js";
import { chips, enabled, stage, usability } from "../../parts/badges.js";
import { Field } from "../../parts/form.js";
import { card, nothing, page } from "../../parts/page.js";

/** @type {[name: string, show: (model: any) => any][]} */
const ROWS = [
  ["State", (model) => html`<span class="badges">${enabled(model.isEnabled)}${usability(model)}${stage(model)}</span>`],
  ["Type", (model) => title(model.type)],
  ["Capabilities", (model) => chips(model.capabilities)],
  ["Context window", (model) => number(model.contextWindow)],
  ["Max output tokens", (model) => number(model.maxTokens)],
  ["Input price per 1M tokens", (model) => perMillion(model.pricing?.inputPer1kTokens)],
  ["Output price per 1M tokens", (model) => perMillion(model.pricing?.outputPer1kTokens)],
  ["Cached input price per 1M tokens", (model) => perMillion(model.pricing?.cachedInputPer1kTokens)],
  ["Price from", (model) => model.pricing ? `${model.pricing.source}${model.pricing.asOf ? `, ${date(model.pricing.asOf)}` : ""}` : "–"],
];

// They answer in figures, which are not counted as tokens.
const SILENT = new Set(["embedding", "rerank", "moderation"]);

export async function show({ query, signal }) {
  const back = ["/models", "Models"];
  const ids = (query.ids ?? "").split(",").filter(Boolean);
  const found = await Promise.allSettled(ids.map((id) => get(`${MODELS}/${id}`, {}, signal)));
  const models = found.filter((each) => each.status === "fulfilled").map((each) => each.value);
  if (models.length === 0) return page("Compare models", { back }, nothing("Select two models or more in the list, then compare them."));
  return page("Compare models", { back }, html`<${Comparison} models=${models} ids=${ids} query=${query} />`);
}

function Comparison({ models, ids, query }) {
  const [use, setUse] = useState({ read: Number(query.read ?? 10_000_000), written: Number(query.written ?? 2_000_000) });
  const change = ({ target }) => {
    const given = { ...use, [target.name]: Number(target.value) };
    remember({ ids: ids.join(","), ...given });
    setUse(given);
  };
  const amount = (name, label) => html`<${Field} name=${name} label=${label} unit="a month" type="number" min="0" value=${use[name]} oninput=${change} />`;
  return html`<div class="stack">
    ${card("A month's use", html`<div class="fields two">${amount("read", "Input tokens")}${amount("written", "Output tokens")}</div>
      <p class="hint">At today's prices, for short prompts, without discounts for cached or batched tokens.</p>`)}
    <div class="table comparison" tabindex="0" role="group" aria-label="Comparison"><table>
      <thead><tr><td />${models.map((model) => html`<th scope="col"><a href=${href(`/models/${model.id}`)}>${model.name}</a><br /><code class="quiet">${model.modelId}</code></th>`)}</tr></thead>
      <tbody>
        <tr class="total"><th scope="row">Cost a month</th>${costs(models, use)}</tr>
        ${ROWS.map(([name, show]) => html`<tr><th scope="row">${name}</th>${models.map((model) => html`<td>${show(model)}</td>`)}</tr>`)}
      </tbody>
    </table></div>
  </div>`;
}

// A model whose price is not known costs nothing that could be said; it never counts as the cheapest.
function monthlyCost({ pricing, type }, read, written) {
  const parts = [[pricing?.inputPer1kTokens, read], [pricing?.outputPer1kTokens, SILENT.has(type) ? 0 : written]].filter(([, amount]) => amount > 0);
  return parts.every(([price]) => known(price)) ? parts.reduce((sum, [price, amount]) => sum + (price * amount) / 1000, 0) : null;
}

function costs(models, { read, written }) {
  const all = models.map((model) => monthlyCost(model, read, written));
  const least = Math.min(...all.filter(known));
  return all.map((cost) => {
    const isLeast = known(cost) && cost === least && all.filter(known).length > 1;
    const beside = isLeast ? html`<small>the least</small>` : known(cost) && least > 0 ? html`<small>${(cost / least).toFixed(1)} times the least</small>` : null;
    return html`<td class="cost" role="cell"><strong>${known(cost) ? money(cost) : "price unknown"}</strong>${beside}</td>`;
  });
}
