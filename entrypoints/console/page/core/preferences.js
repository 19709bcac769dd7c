// What a person has set for this browser. It is kept there, and nothing of it is secret.

const KEPT = "modelbook.preferences";

const listeners = new Set();
let held = read();

export const preference = (name, otherwise = null) => held[name] ?? otherwise;

// Null forgets it.
export function prefer(name, value) {
  held = Object.fromEntries(Object.entries({ ...read(), [name]: value }).filter(([, each]) => each !== null));
  try {
    if (Object.keys(held).length === 0) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, JSON.stringify(held));
  } catch {
    // A browser that keeps nothing still shows what was chosen until the page is left.
  }
  for (const listener of listeners) listener(name);
}

// Returns a function that ends it.
export function onPreference(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}
