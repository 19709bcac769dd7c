// Where what an event is about is shown.

import { href } from "../../core/router.js";

const KINDS = { provider: "providers", model: "models" };

// Null for what has no page of its own.
export function placeOf({ type, aggregateId }) {
  const place = KINDS[type.split(".")[0]];
  return place ? href(`/${place}/${aggregateId}`, { tab: "history" }) : null;
}
