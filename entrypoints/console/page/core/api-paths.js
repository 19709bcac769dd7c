// Paths of the API, and requests that several pages make.

import { get } from "./api.js";
import { followedState, watch } from "./live.js";

export const PROVIDERS = "/api/ai/providers";
export const MODELS = "/api/ai/models";
export const KEYS = "/api/ai/keys";
export const USAGE = "/api/ai/usage";
export const WEBHOOKS = "/api/ai/webhooks";
export const OVERVIEW = "/api/ai/overview";
export const MEMBERS = "/api/ai/members";

const LARGEST_PAGE = 200;

let types = null;

// The types of provider do not change while the service runs.
export function providerTypes() {
  types ??= get("/api/ai/provider-types").then((answer) => answer.data).catch((error) => {
    types = null;
    throw error;
  });
  return types;
}

// Every provider of the organization, for choosing one and for showing names.
export const allProviders = (signal) => everyOne(PROVIDERS, signal);

export const allKeys = (signal) => everyOne(KEYS, signal);

const CHANGED_BY = { [PROVIDERS]: "provider.", [KEYS]: "access-key." };

/** @type {Map<string, { who: string, position: number, found: any[] }>} */
const kept = new Map();

// What is kept is as good after an event that is about something else.
watch((event, { before, position }) => {
  for (const [path, held] of kept) {
    if (held.position === before && !event.type.startsWith(CHANGED_BY[path])) held.position = position;
  }
});

// Read once, and again when one of them has changed since.
async function everyOne(path, signal) {
  const state = followedState();
  const before = kept.get(path);
  if (before && before.who === state?.who && before.position === state.position) return before.found;
  const found = [];
  let cursor;
  do {
    const page = await get(path, { limit: LARGEST_PAGE, cursor }, signal);
    found.push(...page.data);
    cursor = page.pagination.nextCursor;
  } while (cursor);
  if (state === null) kept.delete(path);
  else kept.set(path, { ...state, found });
  return found;
}
