// Goes anywhere and begins anything by its name: pages, actions, providers, models and access keys.

import { get, isAbort } from "../core/api.js";
import { KEYS, MODELS, PROVIDERS } from "../core/api-paths.js";
import { element, replace, uniqueId } from "../core/elements.js";
import { warn } from "../core/messages.js";
import { PLACES } from "../core/places.js";
import { go } from "../core/router.js";
import { holds } from "../core/search.js";
import { refusal } from "../core/session.js";
import { ACTIONS } from "./palette-actions.js";
import { openDialog } from "./dialog.js";
import { whenTyped } from "./filters.js";

const FOUND = 5;

export function openPalette() {
  if (document.querySelector("dialog[open]")) return;
  new Palette();
}

class Palette {
  constructor() {
    const id = uniqueId("palette");
    this.list = element("ul", { id, role: "listbox", "aria-label": "Results" });
    this.input = /** @type {HTMLInputElement} */ (element("input", { type: "search", role: "combobox", "aria-label": "Go to or do", placeholder: "A page, an action, a provider, a model or a key", autocomplete: "off", spellcheck: "false",
      "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list", onkeydown: (event) => this.#key(event) }));
    this.input.addEventListener("input", (event) => {
      // A search leaves nothing unsaved.
      event.stopPropagation();
      this.#draw([]);
    });
    whenTyped(this.input, () => this.#seek());
    this.dialog = openDialog("Go to", element("div", { class: "palette" }, this.input, this.list), { onclose: () => this.asking?.abort() });
    this.#draw([]);
  }

  #draw(found) {
    const text = this.input.value.trim();
    const pages = PLACES.flatMap(([, places]) => places).filter(([, , needs]) => refusal(needs) === null).map(([path, name]) => ({ kind: "Page", name, run: () => go(path) }));
    const actions = ACTIONS.filter(([, needs]) => refusal(needs) === null).map(([name, , run]) => ({ kind: "Action", name, run }));
    this.entries = [...[...pages, ...actions].filter(({ name }) => holds(name, text)), ...found];
    this.options = this.entries.map((entry, index) => element("li", { role: "option", id: uniqueId("option"), onclick: () => this.#run(index), onpointermove: () => this.#mark(index) },
      element("span", {}, entry.name), element("span", { class: "quiet" }, entry.kind)));
    replace(this.list, this.options.length ? this.options : element("li", { role: "option", "aria-disabled": "true", class: "quiet" }, "Nothing is called so."));
    this.#mark(0);
  }

  async #seek() {
    const q = this.input.value.trim();
    this.asking?.abort();
    this.asking = new AbortController();
    if (q === "" || refusal("viewer") !== null) return;
    try {
      const [providers, models, keys] = await Promise.all([PROVIDERS, MODELS, KEYS].map((path) => get(path, { q, limit: FOUND }, this.asking.signal)));
      this.#draw([
        ...providers.data.map(({ id, name }) => ({ kind: "Provider", name, run: () => go(`/providers/${id}`) })),
        ...models.data.map(({ id, name }) => ({ kind: "Model", name, run: () => go(`/models/${id}`) })),
        ...keys.data.map(({ name }) => ({ kind: "Access key", name, run: () => go("/keys", { q: name }) })),
      ]);
    } catch (error) {
      if (!isAbort(error)) warn(error);
    }
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") this.#run(this.marked);
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    if (step && this.options.length) this.#mark((this.marked + step + this.options.length) % this.options.length);
  }

  #mark(index) {
    this.marked = index;
    this.options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = this.options[index];
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #run(index) {
    const entry = this.entries[index];
    if (!entry) return;
    this.dialog.close();
    Promise.resolve(entry.run()).catch(warn);
  }
}
