// The newest events of the organization.

import { href } from "../../core/router.js";
import { html } from "../../core/view.js";
import { actor, when } from "../../parts/badges.js";
import { eventName } from "../history/names.js";
import { placeOf } from "../audit/places.js";

export function recentEvents(events) {
  if (events.length === 0) return html`<p class="quiet">Nothing has happened yet.</p>`;
  return html`<ol class="lines">${events.map(line)}</ol><p class="quiet"><a href=${href("/audit")}>All events</a></p>`;
}

function line(event) {
  const name = event.aggregateName ?? event.aggregateId.slice(0, 8);
  const place = placeOf(event);
  return html`<li key=${event.position}><span>${eventName(event.type)} <strong>${place ? html`<a href=${place}>${name}</a>` : name}</strong></span>
    <span class="quiet">${actor(event)} · ${when(event.at)}</span></li>`;
}
