// A card that reloads itself regularly without moving the focus.

import { isAbort } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { failure } from "../../parts/failure.js";
import { card } from "../../parts/page.js";
import { redraw } from "../../parts/redraw.js";

export function section(heading, draw) {
  const place = element("div", { class: "stack" });
  const load = async () => {
    try {
      redraw(place, await draw());
    } catch (error) {
      if (!isAbort(error)) replace(place, failure(error, load));
    }
  };
  return { element: card(heading, place), load };
}
