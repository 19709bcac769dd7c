// Badges: each state has a colour and a word, so that no colour carries meaning alone.

import { element } from "../core/elements.js";
import { ago, time, title } from "../core/format.js";
import { preference } from "../core/preferences.js";

const TONES = { healthy: "good", degraded: "warn", unhealthy: "bad", unknown: "idle" };
const TELLING = ["reasoning", "vision", "embeddings", "image_output", "audio_output", "audio_input", "pdf_input", "function_calling"];
const FEW = 2;
const LIFECYCLES = { active: "good", preview: "info", deprecated: "warn", retired: "bad" };

export const badge = (text, tone = "idle") => element("span", { class: `badge ${tone}` }, text);

export const health = (status) => badge(title(status), TONES[status] ?? "idle");

export const enabled = (isEnabled) => isEnabled ? badge("Enabled", "good") : badge("Disabled", "idle");

export const lifecycle = (stage) => stage ? badge(title(stage), LIFECYCLES[stage] ?? "idle") : null;

// That a model is not at its end goes without saying.
export const stage = (model) => model.lifecycle === "active" ? null : lifecycle(model.lifecycle);

// Why an enabled model cannot be used; what its other badges say is not said twice.
const UNUSABLE = { "provider-disabled": "Provider disabled", "provider-has-no-key": "Provider has no key", "type-cannot-be-run": "Cannot be run here" };

export const usability = (model) => model.isEnabled && UNUSABLE[model.unusableBecause] ? badge(UNUSABLE[model.unusableBecause], "warn") : null;

export const keyHint = (apiKey) => !apiKey ? "none" : apiKey.hint.length > 1 ? element("code", {}, apiKey.hint) : "set";

export const when = (moment) => moment ? element("time", { datetime: moment, title: time(moment), "data-age": true }, ago(moment)) : "never";

// The same with the time itself beside it.
export function stamp(moment) {
  if (!moment) return "–";
  const form = preference("times", "both");
  return form === "absolute" ? element("time", { datetime: moment }, time(moment)) : [when(moment), form === "both" ? element("small", { class: "quiet" }, " ", time(moment)) : null];
}

export const chips = (names) => element("span", { class: "chips" }, names.map(chip));

// Time goes on while a page is open.
export function renewAges() {
  /** @type {NodeListOf<HTMLTimeElement>} */
  const times = document.querySelectorAll("time[data-age]");
  for (const each of times) each.textContent = ago(each.dateTime);
}

// For rows of a list: what tells models apart comes first, the rest is a number.
export function fewChips(names) {
  const telling = [...TELLING.filter((name) => names.includes(name)), ...names.filter((name) => !TELLING.includes(name))];
  const rest = telling.slice(FEW);
  return element("span", { class: "chips few" }, telling.slice(0, FEW).map(chip), rest.length ? element("span", { class: "chip more", title: rest.map(spoken).join(", ") }, `+${rest.length}`) : null);
}

const chip = (name) => element("span", { class: "chip" }, spoken(name));

const spoken = (name) => name.replaceAll("_", " ");
