// Changes a resource as the person saw it. If it has changed since, shows the differences and requests confirmation.

import { get } from "../core/api.js";
import { html } from "../core/view.js";
import { at, authors, differing, placeName, shown } from "./changes.js";
import { confirmed } from "./dialog.js";
import { Table } from "./table.js";

// `act(revision)` does it, unless it `isDone(now)` already. Returns something, or null when the person has thought better
// of it.
/**
 * @param {any} seen
 * @param {{ path: string, action: string, act: (revision: number) => Promise<any>, tone?: string, isDone?: (now: any) => boolean }} options
 */
export async function retryIfChanged(seen, { path, action, act, tone, isDone = () => false }) {
  let known = seen;
  for (;;) {
    try {
      return await act(known.revision);
    } catch (error) {
      if (error.status !== 412) throw error;
    }
    const now = await get(path);
    if (isDone(now)) return now;
    const places = differing(known, now);
    if (places.length > 0 && !(await isWantedStill(path, { known, now, places, action, tone }))) return null;
    known = now;
  }
}

async function isWantedStill(path, { known, now, places, action, tone }) {
  const who = await authors(path, known.revision);
  return confirmed(`${known.name} has changed`, html`<p><strong>${who}</strong> changed it after it was shown to you:</p>
    <${Table} caption="What has changed" rows=${places} columns=${[
      { head: "Field", cell: (place) => placeName(place) },
      { head: "Was", cell: (place) => shown(place, at(known, place)) },
      { head: "Is now", cell: (place) => shown(place, at(now, place)) },
    ]} />`, { action: `${action} anyway`, tone, run: () => true });
}
