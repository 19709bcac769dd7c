// Changes of fields in words.

import { date, known, label, perMillion, time, value } from "../core/format.js";
import { html } from "../core/view.js";

const OF_THE_SERVICE = new Set(["updatedAt", "revision", "organizationId", "createdAt", "id"]);
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

// The API and the log have prices per 1,000 tokens; people compare them per million.
const PER_1K = /_?per_?1k(_?tokens)?$/i;
const DAY = /^\d{4}-\d\d-\d\d$/;
// A version or a name may look like a day.
const DAYS = /(?:retires_?on|as_?of)$/i;

export const fieldName = (field) => PER_1K.test(field) ? `${named(field.replace(PER_1K, "").replace(/^pricing: /, "")).replace(/(?<!cost)$/i, " price")} per 1M tokens` : named(field);

const named = (field) => label(field).replace(/^Api key/, "Key").replace(/^Is enabled/, "Enabled").replace(/^Sources: /, "Source of ").replace(/^Pricing: /, "Price: ").replace(/ usd$/, " (USD)");

// The value of a field as people read it.
export function text(held, field = "") {
  if (Array.isArray(held) && held.some(isObject)) return held.map((each) => text(each)).join("; ");
  if (isObject(held)) return Object.entries(held).map(([name, member]) => `${PER_1K.test(name) ? fieldName(name) : name}: ${text(member, name)}`).join(", ") || "none";
  if (PER_1K.test(field) && known(held)) return perMillion(Number(held));
  if (typeof held !== "string" || Number.isNaN(Date.parse(held))) return value(held);
  return MOMENT.test(held) ? time(held) : DAY.test(held) && DAYS.test(field) ? date(held) : value(held);
}

export function differences(changes) {
  const shown = changes.flatMap(parts).filter(({ field, before, after }) => !OF_THE_SERVICE.has(field) && !(isEmpty(before) && isEmpty(after)));
  if (shown.length === 0) return null;
  return html`<dl class="diff">${shown.map((change) => html`<dt>${fieldName(change.field)}</dt><dd>${fromTo(change)}</dd>`)}</dl>`;
}

// Of a list only what came and went.
function fromTo({ field, before, after }) {
  if (Array.isArray(before) && Array.isArray(after) && before.length && after.length) {
    const gone = before.filter((each) => !after.includes(each));
    const come = after.filter((each) => !before.includes(each));
    return [gone.length ? ["without ", deleted(gone, field)] : null, gone.length && come.length ? ", " : null, come.length ? ["with ", inserted(come, field)] : null,
      gone.length + come.length ? null : html`<span class="quiet">in another order</span>`];
  }
  return [isEmpty(before) ? null : [deleted(before, field), " → "], isEmpty(after) ? html`<span class="quiet">nothing</span>` : inserted(after, field)];
}

const deleted = (held, field) => html`<del class="before">${text(held, field)}</del>`;
const inserted = (held, field) => html`<ins class="after">${text(held, field)}</ins>`;

// Of an object only the members that changed; where everything comes from at the beginning is no change.
function parts({ field, before, after }) {
  if (field === "sources" && (isEmpty(before) || isEmpty(after))) return [];
  if (!isObject(before) && !isObject(after)) return [{ field, before, after }];
  return changesBetween(before ?? {}, after ?? {}).map((part) => ({ ...part, field: `${field}: ${part.field}` }));
}

const isObject = (any) => any !== null && typeof any === "object" && !Array.isArray(any);

// A document as pairs of names and values, objects by their members.
export const flat = (document) => Object.entries(document).flatMap(([name, held]) =>
  isObject(held) && Object.keys(held).length ? Object.entries(held).map(([member, heldThere]) => [`${name}: ${member}`, heldThere]) : [[name, held]]);

// The fields of a document that differ between two moments.
export function changesBetween(before, after) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => JSON.stringify(before[field] ?? null) !== JSON.stringify(after[field] ?? null))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

const isEmpty = (any) => any === null || any === undefined || (Array.isArray(any) && any.length === 0) || (typeof any === "object" && Object.keys(any).length === 0);
