// Values as people read them. What is not known is a dash, never a zero.

import { preference } from "./preferences.js";

export const UNKNOWN = "–";

const numbers = new Intl.NumberFormat("en");
const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD", minimumFractionDigits: 2, maximumFractionDigits: 2 });
const fractions = new Intl.NumberFormat("en", { maximumSignificantDigits: 12, maximumFractionDigits: 12, useGrouping: false });
/** @type {Record<string, Intl.DateTimeFormat>} */
const times = {
  local: new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" }),
  utc: new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long", timeZone: "UTC" }),
};
const days = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
/** @type {[limit: number, unit: Intl.RelativeTimeFormatUnit, size: number][]} */
const STEPS = [[60, "second", 1], [3600, "minute", 60], [86400, "hour", 3600], [86400 * 60, "day", 86400], [Infinity, "month", 86400 * 30]];

export const known = (value) => value !== null && value !== undefined;

export const number = (value) => known(value) ? numbers.format(value) : UNKNOWN;

export const milliseconds = (value) => known(value) ? `${numbers.format(Math.round(value))} ms` : UNKNOWN;

export const time = (value) => known(value) ? times[preference("zone", "local")].format(new Date(value)) : UNKNOWN;

// A day in UTC, as the API has it or in milliseconds.
export const date = (value) => known(value) ? days.format(new Date(value)) : UNKNOWN;

export function ago(value) {
  if (!known(value)) return "never";
  const seconds = (new Date(value).getTime() - Date.now()) / 1000;
  const [, unit, size] = STEPS.find(([limit]) => Math.abs(seconds) < limit);
  return Math.abs(seconds) < 5 ? "just now" : relative.format(Math.round(seconds / size), unit);
}

// USD per 1,000 tokens as the API has it; people compare prices per million.
export function perMillion(per1k) {
  if (!known(per1k)) return UNKNOWN;
  const cents = Math.round(per1k * 100_000) / 100;
  return (cents || !per1k) && Math.abs(cents - per1k * 1000) < 1e-9 ? `$${cents.toFixed(2)}` : `$${plain(per1k * 1000)}`;
}

// What tokens cost in and out, for a cell of a table.
export const inAndOut = (pricing) => pricing ? `${perMillion(pricing.inputPer1kTokens)} / ${perMillion(pricing.outputPer1kTokens)}` : UNKNOWN;

export const money = (value) => known(value) ? (value !== 0 && Math.abs(value) < 0.01 ? `$${plain(value)}` : dollars.format(value)) : UNKNOWN;

// What was spent so far: of less than a cent no more than two digits.
export const spend = (value) => known(value) && Math.abs(value) < 0.01 ? money(Number(value.toPrecision(2))) : money(value);

// The cost of one call, for a column: the points stand below each other. `money` has all of it.
export const callCost = (value) => known(value) && value >= 0.000001 && value < 1 ? `$${value.toFixed(6)}` : money(value);

// Fractions without the tail that binary numbers bring, and never in exponent form.
export const plain = (value) => fractions.format(Number(Number(value).toPrecision(6)));

export function tokens(value) {
  if (!known(value)) return UNKNOWN;
  if (preference("tokens") === "whole") return number(value);
  if (value >= 1_000_000) return `${plain(Math.round(value / 10_000) / 100)}M`;
  return value >= 10_000 ? `${Math.round(value / 1000)}k` : numbers.format(value);
}

export function bytes(count) {
  if (!known(count)) return UNKNOWN;
  if (count < 1000) return `${count} bytes`;
  return count < 1_000_000 ? `${number(Math.round(count / 1000))} kB` : `${number(Math.round(count / 100_000) / 10)} MB`;
}

export const words = (name) => name.replaceAll("_", " ").replaceAll("-", " ");

export const title = (name) => name.charAt(0).toUpperCase() + words(name).slice(1);

// Field names of the API as headings: `costPer1kTokens` is "Cost per 1k tokens".
export const label = (name) => title(name.replace(/([a-z])([A-Z0-9])/g, "$1 $2").toLowerCase());

export function value(any) {
  if (!known(any)) return UNKNOWN;
  if (Array.isArray(any)) return any.length ? any.map(value).join(", ") : "none";
  if (typeof any === "boolean") return any ? "yes" : "no";
  return typeof any === "object" ? JSON.stringify(any) : String(any);
}
