// A card, or without a heading a part of the page, that is read again by itself.

import { isAbort } from "../core/api.js";
import { html, Slot, useStore } from "../core/view.js";
import { failure } from "./failure.js";
import { card } from "./page.js";

// `read()` gives what it shows; while that is null there is nothing of it. Returns `load()`, which reads it, and `view` for
// the page. `failed(error)` gives what it shows instead.
/** @param {any} heading @param {() => Promise<any>} read @param {(error: any) => any} [failed] */
export function section(heading, read, failed) {
  const shown = new Slot();
  const load = async () => {
    try {
      shown.put(await read());
    } catch (error) {
      if (!isAbort(error)) shown.put(failed ? failed(error) : failure(error, load));
    }
  };
  return { load, view: html`<${Part} heading=${heading} shown=${shown} />` };
}

function Part({ heading, shown }) {
  const { content } = useStore(shown);
  if (content === null) return null;
  const stack = html`<div class="stack">${content}</div>`;
  return heading === null ? stack : card(heading, stack);
}
