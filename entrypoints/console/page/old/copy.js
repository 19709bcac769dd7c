// Text with a button that copies it.

import { element } from "../core/elements.js";
import { say } from "../core/messages.js";

// `what` names it for people who hear the button: "Copy the id".
export function copyable(text, what) {
  const code = element("code", {}, text);
  return element("span", { class: "copyable" }, code, element("button", { type: "button", class: "plain copy", "aria-label": `Copy ${what}`, title: `Copy ${what}`, onclick: () => copy(text, code) }, "Copy"));
}

// Without TLS a page has no clipboard: then the text is marked, for the keyboard.
export async function copy(text, shown = null) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    if (shown) getSelection().selectAllChildren(shown);
    say("The browser does not let this page copy. The text is marked: copy it with the keyboard.");
  }
}
