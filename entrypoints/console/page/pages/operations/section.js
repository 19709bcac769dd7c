// A card that is read anew again and again, without taking the focus away from whoever is in it.

import { isAbort } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { failure } from "../../parts/failure.js";
import { card } from "../../parts/page.js";

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

export function redraw(place, ...children) {
  const held = place.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  replace(place, children);
  if (held) [...place.querySelectorAll("button, summary, a")].find((each) => nameOf(each) === held)?.focus();
}

const nameOf = (control) => control.getAttribute("aria-label") ?? control.textContent;
