// A card, or without a heading a part of the page, that reloads itself without moving the focus.

import { isAbort } from "../core/api.js";
import { element, replace } from "../core/elements.js";
import { failure } from "./failure.js";
import { card } from "./page.js";
import { redraw } from "./redraw.js";

export function section(heading, draw) {
  const place = element("div", { class: "stack" });
  const load = async () => {
    try {
      redraw(place, await draw());
    } catch (error) {
      if (!isAbort(error)) replace(place, failure(error, load));
    }
  };
  return { element: heading === null ? place : card(heading, place), load };
}
