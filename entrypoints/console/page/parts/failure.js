// What is shown in place of something that could not be read.

import { html, useEffect } from "../core/view.js";

// No status at all has what is not an answer: the code of a page that did not come.
const UNREACHED = new Set([undefined, 0, 503]);

// What failed because the service was away is tried again by itself when it is back.
export const failure = (error, again = null) => html`<${Failure} error=${error} again=${again} />`;

function Failure({ error, again }) {
  useEffect(() => {
    if (!again || !UNREACHED.has(error.status)) return undefined;
    document.addEventListener("back", again, { once: true });
    return () => document.removeEventListener("back", again);
  }, [error]);
  const hint = error.document?.hint;
  return html`<div class="notice bad" role="alert"><p>${error.message}</p>${hint ? html`<p>${hint}</p>` : null}
    ${again ? html`<button type="button" class="plain" onclick=${() => again()}>Try again</button>` : null}</div>`;
}

export const removed = (kind) => html`<div class="notice warn removed" role="status"><p>There is no such ${kind} now. If it was removed, its history is below.</p></div>`;
