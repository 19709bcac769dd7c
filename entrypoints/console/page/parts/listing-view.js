// What is seen of a list: its filters, its tools, a page of its rows, and the way to the next one.

import { html, useEffect, useLayoutEffect, useRef, useStore } from "../core/view.js";
import { Action } from "./action.js";
import { failure } from "./failure.js";
import { chosenOf, FilterForm } from "./filters.js";
import { Field } from "./form.js";
import { icon } from "./icon.js";
import { views } from "./saved-views.js";

export function ListingView({ list }) {
  useStore(list);
  const whole = useRef(null);
  const place = useRef(null);
  const count = useRef(null);
  const hadFocus = place.current?.contains(document.activeElement);
  const top = place.current && list.isWhole && window.scrollY > 0 ? topmost(place.current) : null;
  const changed = () => list.restart();
  useLayoutEffect(() => {
    list.place = place.current;
    // Where what had the focus is gone, it goes to what says how many there are.
    if (hadFocus && !place.current.contains(document.activeElement)) count.current.focus({ preventScroll: true });
    const moved = top && keyed(place.current, top.key);
    if (moved) window.scrollBy({ top: moved.getBoundingClientRect().top - top.at, behavior: "instant" });
    for (const id of list.fresh) freshen(keyed(place.current, id));
    list.fresh = new Set();
  });
  // Once what is in sight is seen.
  useEffect(() => list.drawRest());
  const turn = async (isForward) => {
    await list.turn(isForward);
    whole.current?.scrollIntoView({ block: "start" });
  };
  const rows = () => {
    if (list.error) return failure(list.error, () => list.load());
    // That it asks again changes no row.
    if (list.rows.length > 0) return list.drawn ??= list.draw(list.inSight);
    if (list.count === undefined) return null;
    return list.isPaged ? html`<p class="quiet">Nothing is left on this page.</p>` : list.empty(list.isFiltered);
  };
  // Of nothing there is nothing to search and to save.
  const isBare = list.count === 0 && !list.isFiltered && !list.isPaged && !list.error;
  return html`<div class="listing" ref=${whole}>
    <${FilterForm} role="search" chosen=${chosenOf(list.filters)} hidden=${list.filters.length === 0 || isBare}>
      ${list.filters.map((filter) => filter.view(changed))}
      ${list.sorts.length ? html`<div class="filter"><${Field} name="sort" label="Sort by" type="choice" choices=${list.sorts} value=${list.sort} onchange=${(event) => list.sortBy(event.target.value)} /></div>` : null}
    <//>
    <div class="listing-head">
      <p class="quiet" role="status" tabindex="-1" ref=${count}>${list.summary}</p>
      <div class="tools" hidden=${isBare}>
        ${list.filters.length ? views() : null}${list.tools}
        ${list.csv ? html`<${Action} needs="viewer" tone="plain" label="CSV of all that match" run=${(button) => list.save(button)}>${icon("download")}CSV<//>` : null}
      </div>
    </div>
    ${list.above}
    <div class="rows" ref=${place} aria-busy=${list.isAsking ? "true" : null}>${rows()}</div>
    <div class="paging">${list.isPaged ? html`
      <button type="button" class="plain" disabled=${list.cursors.length === 0} onclick=${() => turn(false)}>← Previous</button>
      <button type="button" class="plain" disabled=${!list.hasMore} onclick=${() => turn(true)}>Next →</button>` : null}</div>
  </div>`;
}

const keyed = (place, key) => place.querySelector(`[data-key="${CSS.escape(key)}"]`);

// What is on top of the window stays there, wherever it moves in the list.
function topmost(place) {
  const row = [...place.querySelectorAll("[data-key]")].find((each) => each.getBoundingClientRect().bottom > 0);
  return row ? { key: row.dataset.key, at: row.getBoundingClientRect().top } : null;
}

// What begins again is seen again where it was seen before.
function freshen(row) {
  row?.classList.remove("fresh");
  row?.getBoundingClientRect();
  row?.classList.add("fresh");
}
