// States as a colour and a word: nobody has to tell colours apart.

import { element } from "../core/elements.js";
import { ago, time, title } from "../core/format.js";

const TONES = { healthy: "good", degraded: "warn", unhealthy: "bad", unknown: "idle" };
const LIFECYCLES = { active: "good", preview: "info", deprecated: "warn", retired: "bad" };

export const badge = (text, tone = "idle") => element("span", { class: `badge ${tone}` }, text);

export const health = (status) => badge(title(status), TONES[status] ?? "idle");

export const enabled = (isEnabled) => isEnabled ? badge("Enabled", "good") : badge("Disabled", "idle");

export const lifecycle = (stage) => stage ? badge(title(stage), LIFECYCLES[stage] ?? "idle") : null;

export const when = (moment) => moment ? element("time", { datetime: moment, title: time(moment) }, ago(moment)) : "never";

export const chips = (names, most = 4) => element("span", { class: "chips" },
  names.slice(0, most).map((name) => element("span", { class: "chip" }, name.replaceAll("_", " "))),
  names.length > most ? element("span", { class: "chip more", title: names.slice(most).join(", ") }, `+${names.length - most}`) : null);
