// Dialogs: the browser keeps the focus inside, Escape closes, and the focus goes back to where it was.

import { element, replace, uniqueId } from "../core/elements.js";

/** @param {string} heading @param {any} content @param {{ wide?: boolean, onclose?: () => void }} [options] */
export function openDialog(heading, content, { wide = false, onclose } = {}) {
  const id = uniqueId("dialog");
  const body = element("div", { class: "dialog-body" });
  const close = element("button", { type: "button", class: "plain close", "aria-label": "Close", onclick: () => dialog.close() }, "×");
  const dialog = element("dialog", { "aria-labelledby": id, class: wide ? "wide" : "" },
    element("header", {}, element("h2", { id }, heading), close), body);
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
    onclose?.();
  });
  const handle = { close: () => dialog.close(), show: (...parts) => replace(body, parts), element: dialog };
  handle.show(content);
  document.body.append(dialog);
  dialog.showModal();
  /** @type {HTMLElement | null} */
  const first = body.querySelector("input:not([type=checkbox]), select, textarea");
  (first ?? close).focus();
  return handle;
}

// Asks before something is done that cannot be taken back; `run` may fail, which is shown in place.
export function confirmed(heading, content, { action, run, tone = "danger" }) {
  return new Promise((resolve) => {
    const problem = element("p", { class: "notice bad", role: "alert", hidden: true });
    const handle = openDialog(heading, [content, problem,
      element("div", { class: "buttons" },
        element("button", { type: "button", class: "plain", onclick: () => handle.close() }, "Cancel"),
        element("button", { type: "button", class: tone, onclick: async () => {
          try {
            resolve(await run());
            handle.close();
          } catch (error) {
            problem.hidden = false;
            problem.textContent = error.message;
          }
        } }, action))], { onclose: () => resolve(null) });
  });
}
