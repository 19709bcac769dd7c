// Dialogs: the browser keeps the focus inside, Escape closes, and the focus goes back to where it was.

import { html, render, useLayoutEffect, useRef, useState, useUniqueId } from "../core/view.js";

// `content` may be a function that is given `{close}`, which the caller gets too.
/** @param {string} heading @param {any} content @param {{ wide?: boolean, onclose?: () => void }} [options] */
export function openDialog(heading, content, { wide = false, onclose } = {}) {
  const place = document.createElement("div");
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const closed = () => {
    render(null, place);
    place.remove();
    if (before?.isConnected) before.focus();
    onclose?.();
  };
  const handle = { close: () => place.querySelector("dialog")?.close() };
  document.body.append(place);
  render(html`<${Dialog} heading=${heading} wide=${wide} closed=${closed}>${typeof content === "function" ? content(handle) : content}<//>`, place);
  return handle;
}

function Dialog({ heading, wide, closed, children }) {
  const id = useUniqueId("dialog");
  const dialog = useRef(null);
  const isFilled = useRef(false);
  const [refused, setRefused] = useState(0);
  useLayoutEffect(() => {
    dialog.current.showModal();
    const body = dialog.current.querySelector(".dialog-body");
    (body.querySelector("input:not([type=checkbox]), select, textarea") ?? dialog.current.querySelector(".close")).focus();
  }, []);
  const leave = () => {
    if (isFilled.current) setRefused(refused + 1);
    else dialog.current.close();
  };
  const cancel = (event) => {
    if (event.target !== dialog.current) return;
    event.preventDefault();
    leave();
  };
  return html`<dialog ref=${dialog} aria-labelledby=${id} class=${wide ? "wide" : ""} onclose=${closed} oncancel=${cancel}>
    <header><h2 id=${id}>${heading}</h2><button type="button" class="plain close" aria-label="Close" onclick=${leave}>×</button></header>
    <div class="dialog-body" oninput=${() => (isFilled.current = true)}>
      ${refused > 0 ? html`<${Discard} key=${refused} keep=${() => setRefused(0)} discard=${() => dialog.current.close()} />` : null}
      ${children}
    </div>
  </dialog>`;
}

// What a person has filled in does not go at a slip of the hand.
function Discard({ keep, discard }) {
  const button = useRef(null);
  useLayoutEffect(() => button.current.focus(), []);
  return html`<div class="notice warn discard" role="alert"><p>What you have entered is not saved.</p>
    <div class="buttons"><button type="button" class="plain" ref=${button} onclick=${keep}>Keep editing</button><button type="button" class="danger" onclick=${discard}>Discard</button></div></div>`;
}

// Asks before something is done that cannot be taken back; `run` may fail, which is shown in place.
export function confirmed(heading, content, { action, run, tone = "danger" }) {
  return new Promise((resolve) => {
    openDialog(heading, ({ close }) => html`<${Confirmation} close=${close} action=${action} tone=${tone} run=${async () => resolve(await run())}>${content}<//>`, { onclose: () => resolve(null) });
  });
}

function Confirmation({ close, action, tone, run, children }) {
  const [problem, setProblem] = useState(null);
  const go = async () => {
    try {
      await run();
      close();
    } catch (error) {
      setProblem(error.message);
    }
  };
  return html`${children}
    <p class="notice bad" role="alert" hidden=${problem === null}>${problem}</p>
    <div class="buttons"><button type="button" class="plain" onclick=${close}>Cancel</button><button type="button" class=${tone} onclick=${go}>${action}</button></div>`;
}
