// The newest events of the organization.

import { element } from "../../core/elements.js";
import { href } from "../../core/router.js";
import { when } from "../../parts/badges.js";
import { eventName } from "../history/differences.js";
import { placeOf } from "../audit/places.js";

export function lately(events) {
  if (events.length === 0) return element("p", { class: "quiet" }, "Nothing has happened yet.");
  return [element("ol", { class: "lines" }, events.map(line)), element("p", { class: "quiet" }, element("a", { href: href("/audit") }, "All events"))];
}

function line(event) {
  const name = event.aggregateName ?? event.aggregateId.slice(0, 8);
  const place = placeOf(event);
  return element("li", { "data-key": String(event.position) }, element("span", {}, eventName(event.type), " ", element("strong", {}, place ? element("a", { href: place }, name) : name)),
    element("span", { class: "quiet" }, element(event.actorName ? "span" : "code", { title: event.actor }, event.actorName ?? event.actor), " ", when(event.at)));
}
