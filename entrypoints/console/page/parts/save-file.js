// Hands a file to whoever uses the page.

import { stream } from "../core/api.js";

export function saveFile(name, content) {
  const address = URL.createObjectURL(content);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  // The browser has the file by then; before, it might not.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// Everything that a list's filters let through, as CSV.
export async function saveCsv(path, name, chosen, signal) {
  const response = await stream("GET", path, { query: { ...chosen, format: "csv" }, headers: { Accept: "text/csv, application/problem+json" }, signal });
  saveFile(name, await response.blob());
}
