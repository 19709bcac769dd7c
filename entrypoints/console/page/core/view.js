// What pages are drawn with: Preact's components and hooks, and htm's templates. Text always goes in as text, so that nothing a
// provider or a person wrote can become markup.

import { html, useLayoutEffect, useReducer, useRef } from "../vendor/preact/htm-preact-3.1.1.js";

export { createContext, html, render, useContext, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact/htm-preact-3.1.1.js";

// State that is shown and changes: the components that show it are notified.
export class Store {
  #listeners = new Set();

  // Returns a function that ends it.
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed() {
    for (const listener of this.#listeners) listener();
  }
}

// Draws a component again whenever the store changes.
/** @template {{ subscribe: (listener: () => void) => () => any }} T @param {T} store @returns {T} */
export function useStore(store) {
  const [, again] = useReducer((count) => count + 1, 0);
  useLayoutEffect(() => {
    const end = store.subscribe(() => again());
    return () => void end();
  }, [store]);
  return store;
}

// A place on a page whose content comes, and changes, later.
export class Slot extends Store {
  content = null;
  view = html`<${Filled} slot=${this} />`;

  put(content) {
    this.content = content;
    this.changed();
  }
}

const Filled = ({ slot }) => useStore(slot).content;

let counter = 0;

// An id for what another element must point at.
export function useUniqueId(stem) {
  const id = useRef("");
  id.current ||= `${stem}-${++counter}`;
  return id.current;
}

// Descriptions that the API gives use `code`, and nothing else.
export function inline(text) {
  return String(text ?? "").split(/(`[^`]+`)/).filter(Boolean).map((part) => part.startsWith("`") ? html`<code>${part.slice(1, -1)}</code>` : part);
}
