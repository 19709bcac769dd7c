// Dialogs: the browser keeps the focus inside, Escape closes, and the focus goes back to where it was.

import { element, replace, uniqueId } from "../core/elements.js";

/** @param {string} heading @param {any} content @param {{ wide?: boolean, onclose?: () => void }} [options] */
export function openDialog(heading, content, { wide = false, onclose } = {}) {
  const id = uniqueId("dialog");
  const body = element("div", { class: "dialog-body" });
  const close = element("button", { type: "button", class: "plain close", "aria-label": "Close", onclick: () => leave() }, "×");
  const dialog = element("dialog", { "aria-labelledby": id, class: wide ? "wide" : "" },
    element("header", {}, element("h2", { id }, heading), close), body);
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
    onclose?.();
  });
  let isFilled = false;
  body.addEventListener("input", () => (isFilled = true));
  const leave = () => isFilled ? askToDiscard(body, () => dialog.close()) : dialog.close();
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    leave();
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

// What a person has filled in does not go at a slip of the hand.
function askToDiscard(body, discard) {
  body.querySelector(".discard")?.remove();
  const keep = element("button", { type: "button", class: "plain", onclick: () => notice.remove() }, "Keep editing");
  const notice = element("div", { class: "notice warn discard", role: "alert" }, element("p", {}, "What you have entered is not saved."),
    element("div", { class: "buttons" }, keep, element("button", { type: "button", class: "danger", onclick: discard }, "Discard")));
  body.prepend(notice);
  keep.focus();
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
