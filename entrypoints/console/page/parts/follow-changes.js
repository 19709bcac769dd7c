// Reads a page again when somebody else changes what it shows; offers to do so while a form is being filled in.

import { follow } from "../core/live.js";
import { refresh } from "../core/router.js";
import { html, Store, useStore } from "../core/view.js";
import { isFilledIn, isHeld } from "./busy.js";

class News extends Store {
  isOld = false;

  offer() {
    this.isOld = true;
    this.changed();
  }
}

// `things` are the documents that the page was made from. Returns what the page shows below its heading.
export function renewWith(things, signal) {
  const main = document.getElementById("main");
  const revisions = new Map(things.map((thing) => [thing.id, thing.revision]));
  const news = new News();
  follow({
    isNews: ({ aggregateId, revision }) => revision > revisions.get(aggregateId),
    isBusy: () => isHeld(main),
    renew: () => isFilledIn(main) ? news.offer() : refresh({ focus: false }),
    signal,
  });
  return html`<${Offer} news=${news} />`;
}

function Offer({ news }) {
  if (!useStore(news).isOld) return null;
  return html`<div class="notice outdated" role="status"><p>Somebody has changed this since it was shown.</p>
    <button type="button" class="plain" onclick=${() => refresh({ focus: false, anew: true })}>Show the current state</button></div>`;
}
