// Filters and order of a list under a name, kept in the browser for each organization.

import { onPreference, preference, prefer } from "../core/preferences.js";
import { href, place } from "../core/router.js";
import { current } from "../core/session.js";
import { html, useRef, useStore } from "../core/view.js";
import { Menu } from "./menu.js";

const MOST = 30;
const PREFERENCES = { subscribe: onPreference };

export const views = () => html`<${Menu} text="Views" sign="bookmark" fill=${(close) => html`<${Views} close=${close} />`} />`;

function Views({ close }) {
  useStore(PREFERENCES);
  const name = useRef(null);
  const { path } = place();
  const kept = `views of ${path} in ${current()?.organizationId}`;
  /** @type {[name: string, query: Record<string, string>][]} */
  const all = preference(kept, []);
  const keep = (wanted) => prefer(kept, wanted.length ? wanted.slice(0, MOST) : null);
  const save = (event) => {
    event.preventDefault();
    const text = name.current.value.trim();
    if (text === "") return name.current.focus();
    name.current.value = "";
    const query = Object.fromEntries(Object.entries(place().query).filter(([each]) => each !== "page"));
    return keep([[text, query], ...all.filter(([each]) => each !== text)]);
  };
  return html`${all.length === 0 ? html`<p class="quiet">No view is saved yet. A view keeps filters and order.</p>` : html`<ul>${all.map(([each, query]) => html`<li key=${each}>
      <a href=${href(path, query)} onclick=${close}>${each}</a>
      <button type="button" class="plain close" aria-label="Forget the view ${each}" onclick=${() => keep(all.filter(([other]) => other !== each))}>×</button>
    </li>`)}</ul>`}
    <form onsubmit=${save}>
      <input type="text" ref=${name} maxlength="60" aria-label="Name of the view" placeholder="Name of the view" autocomplete="off" />
      <button type="submit">Save this view</button>
    </form>`;
}
