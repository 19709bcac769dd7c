// A button that unfolds a panel; Escape and a click elsewhere fold it again.

import { html, useEffect, useRef, useState } from "../core/view.js";
import { icon } from "./icon.js";

// `fill(close)` gives what the panel shows.
export function Menu({ text, sign, fill }) {
  const [isOpen, setOpen] = useState(false);
  const place = useRef(null);
  const close = () => (place.current.open = false);
  useEffect(() => {
    if (!isOpen) return undefined;
    const fold = (event) => place.current.contains(event.target) || close();
    document.addEventListener("pointerdown", fold);
    return () => document.removeEventListener("pointerdown", fold);
  }, [isOpen]);
  const key = (event) => {
    if (event.key !== "Escape" || !place.current.open) return;
    close();
    place.current.firstElementChild.focus();
  };
  return html`<details class="menu" ref=${place} ontoggle=${() => setOpen(place.current.open)} onkeydown=${key}>
    <summary class="button plain">${icon(sign)}${text}</summary>
    <div class="menu-panel">${isOpen ? fill(close) : null}</div>
  </details>`;
}
