// Text with a button that copies it.

import { say } from "../core/messages.js";
import { html } from "../core/view.js";
import { icon } from "./icon.js";

// `what` names it for people who hear the button: "Copy the id".
export const copyable = (text, what) => html`<span class="copyable">
  <code>${text}</code>
  <button type="button" class="plain copy" aria-label="Copy ${what}" title="Copy ${what}" onclick=${({ currentTarget }) => copy(text, currentTarget.previousElementSibling)}>${icon("copy")}</button>
</span>`;

// Without TLS a page has no clipboard: then the text is marked, for the keyboard.
export async function copy(text, shown = null) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    if (shown) getSelection().selectAllChildren(shown);
    say("The browser does not let this page copy. The text is selected: copy it with the keyboard.");
  }
}
