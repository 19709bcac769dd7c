// A button that unfolds a panel; Escape and a click elsewhere fold it again.

import { element, replace } from "../core/elements.js";

// `fill()` gives what the panel shows, each time that it is unfolded.
export function menu(text, fill) {
  const panel = element("div", { class: "menu-panel" });
  const summary = element("summary", { class: "button plain" }, text);
  const made = /** @type {HTMLDetailsElement & { refill: () => void }} */ (element("details", {
    class: "menu",
    ontoggle: () => made.open && made.refill(),
    onkeydown: (event) => {
      if (event.key !== "Escape" || !made.open) return;
      made.open = false;
      summary.focus();
    },
  }, summary, panel));
  made.refill = () => replace(panel, fill());
  document.addEventListener("pointerdown", foldMenus);
  return made;
}

// One listener for all menus, however many there were.
function foldMenus(event) {
  /** @type {NodeListOf<HTMLDetailsElement>} */
  const open = document.querySelectorAll("details.menu[open]");
  for (const each of open) if (!each.contains(event.target)) each.open = false;
}
