// How much of a limit is used: a bar with its figures in words, in the colour of how near the end is.

import { html } from "../core/view.js";

const NEAR = 0.8;

export const share = (used, limit) => limit > 0 ? used / limit : null;

export const isNearEnd = (used, limit) => (share(used, limit) ?? 0) >= NEAR;

export const percent = (part) => part > 0 && part < 0.01 ? "under 1%" : `${Math.floor(part * 100)}%`;

// `label` is what is measured; `text` says both figures.
export function shareBar(used, limit, { label, text }) {
  const part = share(used, limit);
  const words = html`<span class="quiet">${text}</span>`;
  if (part === null) return words;
  const tone = part >= 1 ? "bad" : part >= NEAR ? "warn" : "";
  return html`<div class="share"><progress class=${tone} max="1" value=${Math.min(part, 1)} aria-label=${label} />${words}</div>`;
}
