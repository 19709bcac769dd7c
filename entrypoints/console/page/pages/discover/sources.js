// The providers that can be asked, which of them are to be, and how each answers.

import { number } from "../../core/format.js";
import { holds } from "../../core/search.js";
import { html, Store, useStore } from "../../core/view.js";
import { search } from "../../parts/filters.js";
import { UNASKED } from "./answer-state.js";

// So many are all asked unless one says otherwise; of more, a person chooses.
const FEW = 12;

export class Sources extends Store {
  constructor(providers, wanted) {
    super();
    const isChosen = (provider) => wanted.length ? wanted.includes(provider.id) : providers.length <= FEW;
    this.rows = providers.map((provider) => ({ id: provider.id, name: provider.name, isTicked: isChosen(provider), state: UNASKED }));
    this.sought = search("provider-name", "Search the providers", { narrow: true });
    this.view = html`<${SourcesView} sources=${this} />`;
  }

  get chosen() {
    return this.rows.filter(({ isTicked }) => isTicked).map(({ id }) => id);
  }

  get found() {
    return this.rows.filter(({ name }) => holds(name, this.sought.value()));
  }

  put(id, state) {
    this.rows.find((row) => row.id === id).state = state;
    this.changed();
  }

  tick(rows, isTicked) {
    for (const row of rows) row.isTicked = isTicked;
    this.changed();
  }
}

function SourcesView({ sources }) {
  const { rows, found, chosen, sought } = useStore(sources);
  const isMany = rows.length > FEW;
  const all = (text, isTicked) => html`<button type="button" class="plain" onclick=${() => sources.tick(found, isTicked)}>${text}</button>`;
  return html`<div>
    ${isMany ? html`<div class="filters">${sought.view(() => sources.changed())}<div class="actions">${all("Tick all shown", true)}${all("Untick all shown", false)}
      <span class="quiet" role="status">${number(chosen.length)} of ${number(rows.length)} ticked</span></div></div>` : null}
    <div class=${isMany ? "sources many" : "sources"}>${rows.map((row) => html`<div class="source" key=${row.id} data-provider=${row.name} hidden=${!found.includes(row)}>
      <label><input type="checkbox" checked=${row.isTicked} onchange=${(event) => sources.tick([row], event.target.checked)} /> <strong>${row.name}</strong></label>
      <span class="state">${row.state}</span>
    </div>`)}</div>
  </div>`;
}
