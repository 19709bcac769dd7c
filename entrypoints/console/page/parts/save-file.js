// Hands a file to whoever uses the page.

import { element } from "../core/elements.js";

export function saveFile(name, content) {
  const address = URL.createObjectURL(content);
  element("a", { href: address, download: name }).click();
  // The browser has the file by then; before, it might not.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
