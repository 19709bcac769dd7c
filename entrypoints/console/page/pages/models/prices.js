// The prices of each kind of token: as fields of a form, and in words.

import { known, number, perMillion } from "../../core/format.js";
import { html } from "../../core/view.js";
import { Field } from "../../parts/form.js";

/** @type {[name: string, place: string, label: string][]} */
const PRICES = [
  ["inputPrice", "inputPer1kTokens", "Input price"],
  ["outputPrice", "outputPer1kTokens", "Output price"],
  ["cachedInputPrice", "cachedInputPer1kTokens", "Cached input price"],
  ["cacheWritePrice", "cacheWritePer1kTokens", "Cache write price"],
  ["cacheWrite1hPrice", "cacheWrite1hPer1kTokens", "1-hour cache price"],
  ["reasoningPrice", "reasoningPer1kTokens", "Reasoning price"],
  ["audioInputPrice", "audioInputPer1kTokens", "Audio input price"],
];

const HELP = {
  cachedInputPrice: "If it is empty, tokens read from a cache cost what input costs.",
  cacheWritePrice: "If it is empty, the cost of calls that write to a cache is not known.",
  cacheWrite1hPrice: "What writing to a cache that lasts an hour costs.",
  reasoningPrice: "If it is empty, reasoning costs what output costs.",
  audioInputPrice: "If it is empty, the cost of calls that read audio is not known.",
};
const TIERS_HELP = "JSON. A list of prices for long prompts (`aboveInputTokens`) and service tiers (`serviceTier`), such as `[{\"aboveInputTokens\": 200000, \"inputPer1MTokens\": 2.5}]`, in USD per 1M tokens.";

// The most that the API takes.
const HIGHEST = 1_000_000;

const PER_1K = /Per1kTokens$/;
const PER_1M = /Per1MTokens$/;

// People compare prices per million tokens; the API has them per thousand. Binary fractions leave no tail.
const scaled = (price, factor) => known(price) ? Number((price * factor).toPrecision(15)) : price;

// A tier with the amounts in the other unit; whatever else is in it stays, for the API to refuse.
function renamed(tier, unit, other, factor) {
  if (tier === null || typeof tier !== "object") return tier;
  return Object.fromEntries(Object.entries(tier).map(([name, held]) => unit.test(name) && typeof held === "number" ? [name.replace(unit, other), scaled(held, factor)] : [name, held]));
}

// What the API has under `pricing`, as fields of their own, so that each can be merged and complained of.
export function flatPrices(pricing) {
  const amounts = PRICES.map(([name, place]) => [name, scaled(pricing?.[place] ?? null, 1000)]);
  return { ...Object.fromEntries(amounts), priceTiers: (pricing?.tiers ?? []).map((tier) => renamed(named(tier), PER_1K, "Per1MTokens", 1000)) };
}

// The flat fields that are there, as the API has them.
export function pricingOf(values) {
  const amounts = PRICES.filter(([name]) => values[name] !== undefined).map(([name, place]) => [place, scaled(values[name], 0.001)]);
  return { ...Object.fromEntries(amounts), ...(values.priceTiers === undefined ? {} : { tiers: tiersOf(values.priceTiers) }) };
}

const tiersOf = (given) => Array.isArray(given) ? given.map((tier) => renamed(tier, PER_1M, "Per1kTokens", 0.001)) : given;

export const isPrice = (name) => name === "priceTiers" || PRICES.some(([known]) => known === name);

export function priceFields(model, help) {
  const tiers = model.priceTiers?.length ? JSON.stringify(model.priceTiers, null, 2) : "";
  return html`${PRICES.map(([name, place, label]) => html`<${Field}
      key=${name} name=${name} pointer="/pricing/${place}" label=${label} unit="USD per 1M tokens" type="number" min="0" max=${HIGHEST} value=${model[name]} help=${name === "inputPrice" ? help : HELP[name]} />`)}
    <${Field} name="priceTiers" pointer="/pricing/tiers" label="Price tiers" type="textarea" value=${tiers} help=${TIERS_HELP} />`;
}

// Prices per million tokens for a list of facts, those that are there.
export function priceFacts(pricing, from = null) {
  if (!pricing) return [["Price", "not known"]];
  const shown = PRICES.filter(([, place], index) => index < 2 || known(pricing[place]));
  return [
    ...shown.map(([, place, label], index) => [perMillionTokens(label), index === 0 ? [perMillion(pricing[place]), from] : perMillion(pricing[place])]),
    ...pricing.tiers.map((tier) => [tierName(tier), tierPrices(tier)]),
  ];
}

const perMillionTokens = (label) => label.replace(" price", " price per 1M tokens");

function tierName({ aboveInputTokens, serviceTier }) {
  const above = aboveInputTokens ? `Above ${number(aboveInputTokens)} input tokens` : null;
  return [above, serviceTier ? `${above ? "at" : "At"} service tier ${serviceTier}` : null].filter(Boolean).join(", ");
}

const tierPrices = (tier) => PRICES.filter(([, place]) => known(tier[place])).map(([, place, label]) => `${label.replace(" price", "")} ${perMillion(tier[place])}`).join(", ");

// A tier as a person would write it: without what it does not name.
const named = (tier) => Object.fromEntries(Object.entries(tier).filter(([name, held]) => known(held) && !(name === "aboveInputTokens" && held === 0)));
