// Badges: each state has a colour and a word, so that no colour carries meaning alone.

import { ago, time, title } from "../core/format.js";
import { preference } from "../core/preferences.js";
import { html, Store, useStore } from "../core/view.js";

const TONES = { healthy: "good", degraded: "warn", unhealthy: "bad", unknown: "idle" };
const TELLING = ["reasoning", "vision", "embeddings", "image_output", "audio_output", "audio_input", "pdf_input", "function_calling"];
const FEW = 2;
const LIFECYCLES = { active: "good", preview: "info", deprecated: "warn", retired: "bad" };

export const badge = (text, tone = "idle") => html`<span class="badge ${tone}">${text}</span>`;

export const health = (status) => badge(title(status), TONES[status] ?? "idle");

export const enabled = (isEnabled) => isEnabled ? badge("Enabled", "good") : badge("Disabled", "idle");

export const lifecycle = (stage) => stage ? badge(title(stage), LIFECYCLES[stage] ?? "idle") : null;

// That a model is not at its end goes without saying.
export const stage = (model) => model.lifecycle === "active" ? null : lifecycle(model.lifecycle);

// Why an enabled model cannot be used; what its other badges say is not said twice.
const UNUSABLE = { "provider-disabled": "Provider disabled", "provider-has-no-key": "Provider has no key", "type-cannot-be-run": "Cannot be run here" };

export const usability = (model) => model.isEnabled && UNUSABLE[model.unusableBecause] ? badge(UNUSABLE[model.unusableBecause], "warn") : null;

export const keyHint = (apiKey) => !apiKey ? "none" : apiKey.hint.length > 1 ? html`<code>${apiKey.hint}</code>` : "set";

const ages = new Store();

// Time continues while a page is open.
export const renewAges = () => ages.changed();

function Age({ moment }) {
  useStore(ages);
  return html`<time datetime=${moment} title=${time(moment)}>${ago(moment)}</time>`;
}

export const when = (moment) => moment ? html`<${Age} moment=${moment} />` : "never";

// The same with the time itself beside it.
export function stamp(moment, never = "–") {
  if (!moment) return never;
  const form = preference("times", "both");
  return form === "absolute" ? html`<time datetime=${moment}>${time(moment)}</time>` : [when(moment), form === "both" ? html`<small class="quiet"> ${time(moment)}</small>` : null];
}

export const chips = (names) => html`<span class="chips">${names.map(chip)}</span>`;

// For rows of a list: what tells models apart comes first, the rest is a number.
export function fewChips(names) {
  const telling = [...TELLING.filter((name) => names.includes(name)), ...names.filter((name) => !TELLING.includes(name))];
  const rest = telling.slice(FEW);
  return names.length === 0 ? null : html`<span class="chips few">${telling.slice(0, FEW).map(chip)}${rest.length ? html`<span class="chip more" title=${rest.map(spoken).join(", ")}>+${rest.length}</span>` : null}</span>`;
}

const chip = (name) => html`<span class="chip">${spoken(name)}</span>`;

const spoken = (name) => name.replaceAll("_", " ");

// Who caused an event; the service has a name for each of its parts.
export function actor({ actor: id, actorName }) {
  const name = actorName ?? (id.startsWith("system:") ? "the service" : null);
  return html`<${name ? "span" : "code"} title=${id}>${name ?? id}<//>`;
}

// Two lines of a long name in a list; the rest is elsewhere.
export const clamped = (name) => name ? html`<span class="clamped" title=${name}>${name}</span>` : "–";
