// Changes of fields in words.

import { element } from "../../core/elements.js";
import { label, value, words } from "../../core/format.js";

const OF_THE_LEDGER = new Set(["updatedAt", "revision", "organizationId", "createdAt", "id"]);

export const eventName = (type) => {
  const [about, what] = type.split(".");
  return `${about.charAt(0).toUpperCase()}${about.slice(1)} ${words(what ?? "")}`;
};

export function differences(changes) {
  const told = changes.flatMap(parts).filter(({ field, before, after }) => !OF_THE_LEDGER.has(field) && !(isEmpty(before) && isEmpty(after)));
  if (told.length === 0) return null;
  return element("dl", { class: "diff" }, told.flatMap(({ field, before, after }) => [element("dt", {}, label(field)), element("dd", {},
    isEmpty(before) ? null : [element("del", { class: "before" }, value(before)), " → "],
    isEmpty(after) ? element("span", { class: "quiet" }, "nothing") : element("ins", { class: "after" }, value(after)))]));
}

// Of an object only the members that changed; where everything comes from at the beginning is no change.
function parts({ field, before, after }) {
  if (field === "sources" && isEmpty(before)) return [];
  if (!isObject(before) && !isObject(after)) return [{ field, before, after }];
  return changesBetween(before ?? {}, after ?? {}).map((part) => ({ ...part, field: `${field}: ${part.field}` }));
}

const isObject = (any) => any !== null && typeof any === "object" && !Array.isArray(any);

// The fields of a document that differ between two moments.
export function changesBetween(before, after) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => JSON.stringify(before[field] ?? null) !== JSON.stringify(after[field] ?? null))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

const isEmpty = (any) => any === null || any === undefined || (Array.isArray(any) && any.length === 0) || (typeof any === "object" && Object.keys(any).length === 0);
