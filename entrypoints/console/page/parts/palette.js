// Goes anywhere and begins anything by its name: pages, actions, providers, models and access keys.

import { get, isAbort } from "../core/api.js";
import { KEYS, MODELS, PROVIDERS } from "../core/api-paths.js";
import { warn } from "../core/messages.js";
import { PLACES } from "../core/places.js";
import { go } from "../core/router.js";
import { holds } from "../core/search.js";
import { refusal } from "../core/session.js";
import { html, useEffect, useLayoutEffect, useRef, useState, useUniqueId } from "../core/view.js";
import { ACTIONS } from "./palette-actions.js";
import { openDialog } from "./dialog.js";
import { useTyping } from "./filters.js";
import { icon } from "./icon.js";

const FOUND = 5;

export function openPalette() {
  if (document.querySelector("dialog[open]")) return;
  openDialog("Go to", ({ close }) => html`<${Palette} close=${close} />`);
}

// Pages and actions that the person may use.
function offered() {
  const pages = PLACES.flatMap(([, places]) => places).filter(([, , needs]) => refusal(needs) === null).map(([path, name, , sign]) => ({ kind: "Page", sign, name, run: () => go(path) }));
  const actions = ACTIONS.filter(([, needs]) => refusal(needs) === null).map(([name, , run]) => ({ kind: "Action", sign: "play", name, run }));
  return [...pages, ...actions];
}

async function sought(q, signal) {
  const [providers, models, keys] = await Promise.all([PROVIDERS, MODELS, KEYS].map((path) => get(path, { q, limit: FOUND }, signal)));
  return [
    ...providers.data.map(({ id, name }) => ({ kind: "Provider", sign: "plug", name, run: () => go(`/providers/${id}`) })),
    ...models.data.map(({ id, name }) => ({ kind: "Model", sign: "box", name, run: () => go(`/models/${id}`) })),
    ...keys.data.map(({ name }) => ({ kind: "Access key", sign: "key-round", name, run: () => go("/keys", { q: name }) })),
  ];
}

function Palette({ close }) {
  const id = useUniqueId("palette");
  const input = useRef(null);
  const list = useRef(null);
  const asking = useRef(new AbortController());
  const [{ text, found, marked }, set] = useState({ text: "", found: [], marked: 0 });
  useEffect(() => () => asking.current.abort(), []);
  useLayoutEffect(() => list.current.children[marked]?.scrollIntoView({ block: "nearest" }), [marked, found]);
  const entries = [...offered().filter(({ name }) => holds(name, text)), ...found];
  const typed = useTyping(async () => {
    const q = input.current.value.trim();
    if (q === "" || refusal("viewer") !== null) return;
    try {
      set({ text: q, found: await sought(q, asking.current.signal), marked: 0 });
    } catch (error) {
      if (!isAbort(error)) warn(error);
    }
  });
  const put = (event) => {
    // A search leaves nothing unsaved.
    event.stopPropagation();
    asking.current.abort();
    asking.current = new AbortController();
    set({ text: input.current.value.trim(), found: [], marked: 0 });
    typed();
  };
  const mark = (index) => set({ text, found, marked: index });
  const run = (entry) => {
    if (!entry) return;
    close();
    Promise.resolve(entry.run()).catch(warn);
  };
  const key = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") run(entries[marked]);
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    if (step && entries.length) mark((marked + step + entries.length) % entries.length);
  };
  return html`<div class="palette">
    <input type="search" role="combobox" ref=${input} aria-label="Go to or do" placeholder="A page, an action, a provider, a model or a key" autocomplete="off" spellcheck=${false}
      aria-expanded="true" aria-controls=${id} aria-autocomplete="list" aria-activedescendant=${entries.length ? `${id}-${marked}` : null} onkeydown=${key} oninput=${put} />
    <ul id=${id} role="listbox" aria-label="Results" ref=${list}>${entries.length ? entries.map((entry, index) => html`<li
        role="option" id="${id}-${index}" aria-selected=${String(index === marked)} onclick=${() => run(entry)} onpointermove=${() => index === marked || mark(index)}>${icon(entry.sign)}<span>${entry.name}</span><span class="quiet">${entry.kind}</span></li>`)
      : html`<li role="option" aria-disabled="true" class="quiet">Nothing has this name.</li>`}</ul>
  </div>`;
}
