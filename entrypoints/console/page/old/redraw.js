// Redraws a part of the page without moving the focus, the scroll position or unfolded details.

import { replace } from "../core/elements.js";

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

// While a dialog is open, something runs, a button is held down or text is being marked, nothing may move.
export function isHeld(place) {
  const marked = getSelection();
  return document.querySelector("dialog[open]") !== null || place.querySelector(":active, [aria-busy]") !== null
    || (!marked.isCollapsed && marked.rangeCount > 0 && marked.getRangeAt(0).intersectsNode(place));
}

// Whether a person has begun to fill something in.
export function isFilledIn(place) {
  return [...place.querySelectorAll("input:not([type=checkbox]), textarea")].some((control) => control === document.activeElement || control.value !== control.defaultValue);
}

// The focus, what is unfolded and what is on top of the window stay, wherever the same things are still there.
export function redraw(place, ...made) {
  const focused = place.contains(document.activeElement) ? addressOf(document.activeElement, place, FOCUSABLE) : null;
  const unfolded = [...place.querySelectorAll("details[open]")].map((each) => addressOf(each, place, "details"));
  const top = window.scrollY > 0 ? topmost(place) : null;
  replace(place, ...made);
  for (const address of unfolded) found(address, place)?.setAttribute("open", "");
  const moved = top && keyed(place, top.key);
  if (moved) window.scrollBy({ top: moved.getBoundingClientRect().top - top.at, behavior: "instant" });
  if (!focused) return true;
  const again = found(focused, place);
  again?.focus({ preventScroll: true });
  return Boolean(again);
}

// Things are known by the row they are in, or else by their place in the page.
function addressOf(target, place, kind) {
  const row = target.closest("[data-key]");
  const inside = row && place.contains(row) ? row : place;
  return { key: inside === place ? null : row.dataset.key, kind, index: [...inside.querySelectorAll(kind)].indexOf(target) };
}

function found({ key, kind, index }, place) {
  const inside = key === null ? place : keyed(place, key);
  return inside?.querySelectorAll(kind)[index] ?? null;
}

const keyed = (place, key) => place.querySelector(`[data-key="${CSS.escape(key)}"]`);

function topmost(place) {
  const row = [...place.querySelectorAll("[data-key]")].find((each) => each.getBoundingClientRect().bottom > 0);
  return row ? { key: row.dataset.key, at: row.getBoundingClientRect().top } : null;
}
