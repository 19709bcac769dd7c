// Tabs: arrow keys move between them, and what they show is read when it is first requested.

import { remember } from "../core/router.js";
import { html, useRef, useState, useUniqueId } from "../core/view.js";

// tabs: [name, label, make()]; the one shown is kept in the address, and ready when this returns.
export async function tabs(list, shown) {
  const [name, , make] = list.find(([each]) => each === shown) ?? list[0];
  return html`<${Tabs} list=${list} first=${{ name, content: await make() }} />`;
}

function Tabs({ list, first }) {
  const id = useUniqueId("tab");
  const buttons = useRef(new Map()).current;
  const [chosen, choose] = useState({ first, name: first.name, panel: first });
  // What the page brings again is newer than what was opened on it before.
  const { name, panel } = chosen.first === first ? chosen : { name: first.name, panel: first };
  const open = async (wanted, make) => {
    remember({ tab: wanted === list[0][0] ? "" : wanted });
    choose({ first, name: wanted, panel });
    const content = await make();
    choose((now) => now.name === wanted ? { ...now, panel: { name: wanted, content } } : now);
  };
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const now = list.findIndex(([each]) => each === name);
    const next = buttons.get(list[(now + step + list.length) % list.length][0]);
    next.focus();
    next.click();
  };
  return html`<div class="tabs" role="tablist" onkeydown=${move}>${list.map(([each, text, make]) => html`<button
      type="button" role="tab" key=${each} id="${id}-${each}" aria-controls="${id}-panel" aria-selected=${String(each === name)} tabindex=${each === name ? "0" : "-1"}
      ref=${(button) => buttons.set(each, button)} onclick=${() => open(each, make)}>${text}</button>`)}</div>
    <div role="tabpanel" id="${id}-panel" tabindex="0" aria-labelledby="${id}-${name}" aria-busy=${name === panel.name ? null : "true"}><${Content} key=${panel.name}>${panel.content}<//></div>`;
}

const Content = ({ children }) => children;
