// Tabs: arrow keys move between them, and what they show is made when it is first asked for.

import { element, replace, uniqueId } from "../core/elements.js";
import { remember } from "../core/router.js";

// tabs: [name, label, make()]; the one shown is kept in the address, and ready when this returns.
export async function tabs(list, shown) {
  const panel = element("div", { role: "tabpanel", id: uniqueId("panel"), tabindex: "0" });
  const buttons = list.map(([name, text, make]) => element("button", { type: "button", role: "tab", id: uniqueId("tab"), "aria-controls": panel.id, "data-name": name, onclick: () => open(name, make) }, text));
  const bar = element("div", { class: "tabs", role: "tablist", onkeydown: (event) => move(event, buttons) }, buttons);

  async function open(name, make) {
    for (const button of buttons) {
      const isOpen = button.dataset.name === name;
      button.setAttribute("aria-selected", String(isOpen));
      button.tabIndex = isOpen ? 0 : -1;
      if (isOpen) panel.setAttribute("aria-labelledby", button.id);
    }
    if (panel.childElementCount) remember({ tab: name === list[0][0] ? "" : name });
    panel.setAttribute("aria-busy", "true");
    replace(panel, await make());
    panel.removeAttribute("aria-busy");
  }

  const [name, , make] = list.find(([each]) => each === shown) ?? list[0];
  await open(name, make);
  return [bar, panel];
}

function move(event, buttons) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const now = buttons.indexOf(document.activeElement);
  const next = buttons[(now + step + buttons.length) % buttons.length];
  next.focus();
  next.click();
}
