// Whether somebody is at something that may not move or be lost.

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
