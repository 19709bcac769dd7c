// What differs between two readings of one thing, and who made it so.

import { get } from "../core/api.js";
import { label, value } from "../core/format.js";
import { html } from "../core/view.js";
import { fieldName, text } from "./differences.js";

// What the service keeps up by itself is nobody's change.
const OF_THE_SERVICE = new Set(["revision", "lastUsedAt", "updatedAt", "createdAt", "lastHealthCheck", "healthStatus", "sources"]);
const LATEST = 20;
// What is written in another form than it is read in.
export const SECRET = new Set(["apiKey", "extraHeaders"]);

export const isSame = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

const isObject = (any) => any !== null && typeof any === "object" && !Array.isArray(any);

// The fields of `after` that are not as they were.
export function changesOf(before, after) {
  return Object.fromEntries(Object.entries(after).filter(([name, now]) => !isSame(before[name], now)));
}

// A merge patch (RFC 7396) that makes one object of the other: what is gone, goes by being null.
export function patchBetween(before, after) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries([...names].filter((name) => !isSame(before[name], after[name])).map((name) =>
    [name, isObject(before[name]) && isObject(after[name]) ? patchBetween(before[name], after[name]) : after[name] ?? null]));
}

// Where things are in the readings: fields, and each member of settings and config for itself.
export function placesIn(...readings) {
  const names = new Set(readings.flatMap((reading) => Object.keys(reading)));
  return [...names].filter((name) => !OF_THE_SERVICE.has(name)).flatMap((name) => {
    const held = readings.map((reading) => reading[name]);
    if (SECRET.has(name) || !held.some(isObject)) return [[name]];
    return [...new Set(held.flatMap((each) => Object.keys(each ?? {})))].map((member) => [name, member]);
  });
}

/** @type {(reading: any, place: string[]) => any} */
export const at = (reading, [name, member]) => member === undefined ? reading[name] : reading[name]?.[member];

export const differing = (before, now) => placesIn(before, now).filter((place) => !isSame(at(before, place), at(now, place)));

/** @type {(place: string[]) => string} */
export const placeName = ([name, member]) => member === undefined ? fieldName(name) : name === "pricing" ? fieldName(`${name}: ${member}`) : `${label(name)}: ${member}`;

// A secret is never shown, not even one's own.
/** @param {string[]} place @param {any} held */
export function shown([name, member], held) {
  if (name === "extraHeaders" && held) return Array.isArray(held) ? value(held) : `${Object.keys(held).join(", ")} (new values)`;
  if (name === "apiKey" && held) return typeof held === "string" ? "a new key" : html`<code>${held.hint}</code>`;
  return text(held, member ?? name);
}

// Who has changed it since a revision, for a sentence.
export async function authors(path, revision) {
  const { data } = await get(`${path}/history`, { limit: LATEST }).catch(() => ({ data: [] }));
  const names = [...new Set(data.filter((event) => event.revision > revision).map((event) => event.actorName ?? event.actor))];
  return names.length ? names.join(" and ") : "Somebody";
}
