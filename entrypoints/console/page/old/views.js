// Filters and order of a list under a name, kept in the browser for each organization.

import { element } from "../core/elements.js";
import { preference, prefer } from "../core/preferences.js";
import { href, place } from "../core/router.js";
import { current } from "../core/session.js";
import { menu } from "./menu.js";

const MOST = 30;

export function views() {
  const { path } = place();
  const kept = `views of ${path} in ${current()?.organizationId}`;
  /** @type {() => [name: string, query: Record<string, string>][]} */
  const all = () => preference(kept, []);
  const made = menu("Views", () => [list(), form()]);
  const list = () => all().length === 0 ? element("p", { class: "quiet" }, "No view is saved yet. A view keeps filters and order.") : element("ul", {}, all().map(([name, query]) => element("li", {},
    element("a", { href: href(path, query), onclick: () => (made.open = false) }, name),
    element("button", { type: "button", class: "plain close", "aria-label": `Forget the view ${name}`, onclick: () => keep(all().filter(([each]) => each !== name)) }, "×"))));
  const keep = (wanted) => {
    prefer(kept, wanted.length ? wanted.slice(0, MOST) : null);
    made.refill();
  };
  const form = () => {
    const name = /** @type {HTMLInputElement} */ (element("input", { type: "text", maxlength: 60, "aria-label": "Name of the view", placeholder: "Name of the view", autocomplete: "off" }));
    return element("form", { onsubmit: (event) => {
      event.preventDefault();
      event.stopPropagation();
      const text = name.value.trim();
      if (text === "") return name.focus();
      const query = Object.fromEntries(Object.entries(place().query).filter(([each]) => each !== "page"));
      return keep([[text, query], ...all().filter(([each]) => each !== text)]);
    } }, name, element("button", { type: "submit" }, "Save this view"));
  };
  return made;
}
