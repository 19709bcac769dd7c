// Buttons that say why they cannot be used, instead of being grey and silent.

import { isAbort } from "../core/api.js";
import { warn } from "../core/messages.js";
import { refusal } from "../core/session.js";
import { html, useRef, useState, useUniqueId } from "../core/view.js";

// A button out of use stays reachable by keyboard, so that its reason can be read. `needs` is what the person must be: a
// role in the organization ("viewer", "editor", "admin"), or "platform" for platform administrators.
/** @param {{ needs: string, why?: string | null, run?: (button: HTMLElement) => any, tone?: string, label?: string, children?: any }} properties */
export function Action({ needs, why = null, run = () => {}, tone, label, children }) {
  const [isBusy, setBusy] = useState(false);
  const button = useRef(null);
  const id = useUniqueId("why");
  const reason = refusal(needs) ?? why;
  const start = async () => {
    if (reason || isBusy) return;
    setBusy(true);
    try {
      await run(button.current);
    } catch (error) {
      if (!isAbort(error)) warn(error);
    } finally {
      setBusy(false);
    }
  };
  return html`<span class="action">
    <button type="button" class=${tone} ref=${button} aria-label=${label} aria-disabled=${reason || isBusy ? "true" : null} aria-busy=${isBusy ? "true" : null} aria-describedby=${reason ? id : null} onclick=${start}>${children}</button>
    ${reason ? html`<span class="tip" role="tooltip" id=${id}>${reason}</span>` : null}
  </span>`;
}
