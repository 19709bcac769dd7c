// Asks the REST API. Every refusal becomes a `Problem`, whatever came back.

import { current, signOut } from "./session.js";

// The path below which the service is served: "" unless a reverse proxy puts it deeper. This file is three folders down.
const BELOW = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

export const address = (path) => BELOW + path;

// The newest position in the organization's log that this page has seen: what it reads from then on is at least as new,
// also where lists come from a replica of the database.
let seen = { organizationId: null, position: 0 };

/** @param {number} position */
export function saw(position) {
  const organizationId = current()?.organizationId ?? null;
  if (seen.organizationId !== organizationId) seen = { organizationId, position: 0 };
  seen.position = Math.max(seen.position, position);
}

// That position, and who sees what is there; null where none was seen.
export function seenState() {
  const person = current();
  return seen.position && seen.organizationId === person?.organizationId ? { who: [seen.organizationId, person.actor, person.role].join(" "), position: seen.position } : null;
}

export class Problem extends Error {
  // `retryAfter` in seconds.
  constructor(document, { retryAfter = 1 } = {}) {
    super(document.detail ?? document.title ?? "The request failed.");
    this.document = document;
    this.status = document.status ?? 0;
    this.code = document.code ?? "unknown";
    this.errors = document.errors ?? [];
    this.retryAfter = retryAfter;
  }
}

/**
 * @typedef {object} Options
 * @property {any} [body]
 * @property {Record<string, any>} [query]
 * @property {Record<string, string>} [headers]
 * @property {number | null} [revision]
 * @property {boolean} [once]
 * @property {boolean} [outlives]
 * @property {string} [reason]
 * @property {AbortSignal} [signal]
 */

// Answers {document, revision, headers}. `revision` goes out as If-Match; `once` makes a repeated POST harmless. With `outlives`, of which a
// browser takes no more than 64 KiB, it goes out though the page is being closed; so does every DELETE.
// The reason goes in the body: a header cannot hold every language.
/** @param {string} method @param {string} path @param {Options} [options] */
export async function ask(method, path, { body, query, revision, once = false, outlives = method === "DELETE", signal, reason } = {}) {
  const sent = reason ? { ...body, reason } : body;
  const response = await send(method, path, { body: sent, query, revision, signal, keepalive: outlives, key: once ? randomKey() : null });
  const document = await documentOf(response);
  if (!response.ok) throw refused(response, document);
  saw(Number(response.headers.get("Log-Position")));
  return { document, revision: revisionOf(response), headers: response.headers };
}

export async function get(path, query, signal) {
  return (await ask("GET", path, { query, signal })).document;
}

// The answer while it is still coming, for streams and files.
/** @param {string} method @param {string} path @param {Options} [options] */
export async function stream(method, path, { body, query, headers, signal } = {}) {
  const response = await send(method, path, { body, query, headers, signal });
  if (!response.ok) throw refused(response, await documentOf(response));
  return response;
}

export const isAbort = (error) => error?.name === "AbortError";

async function send(method, path, options) {
  const target = address(path) + queryText({ ...organizationOf(path), ...options.query });
  /** @type {RequestInit} */
  const init = { method, headers: headersOf(method, options), body: options.body === undefined ? undefined : JSON.stringify(options.body), signal: options.signal, credentials: session() ? "same-origin" : "omit", cache: "no-store", keepalive: options.keepalive };
  try {
    return await fetch(target, init);
  } catch (error) {
    if (isAbort(error)) throw error;
    if (!options.key) throw unreachable();
  }
  // With an Idempotency-Key the same request may go out again: it is executed once.
  return fetch(target, init).catch((error) => {
    throw isAbort(error) ? error : unreachable();
  });
}

function headersOf(method, { body, revision, key, headers }) {
  const sent = { Accept: "application/json, application/problem+json", ...headers };
  const session = current();
  if (session?.token) sent.Authorization = `Bearer ${session.token}`;
  if (body !== undefined) sent["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  if (revision !== undefined && revision !== null) sent["If-Match"] = `"${revision}"`;
  if (key) sent["Idempotency-Key"] = key;
  if (method === "GET" && seen.position && seen.organizationId === session?.organizationId) sent["Log-Position"] = String(seen.position);
  return sent;
}

// Whoever has signed in for all tabs, and is not signed in with a token in this one.
const session = () => !current() || current().isShared;

// Another tab may have changed to another organization than the one that this page shows; the service refuses then.
function organizationOf(path) {
  return current()?.isShared && path.startsWith("/api/ai/") ? { organizationId: current().organizationId } : {};
}

function queryText(query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

async function documentOf(response) {
  if (!(response.headers.get("Content-Type") ?? "").includes("json")) return null;
  return response.json().catch((error) => {
    if (isAbort(error)) throw error;
    return null;
  });
}

function refused(response, document) {
  if (response.status === 503) trouble();
  if (response.status === 401 && current()?.isShared) window.dispatchEvent(new Event("session-ended"));
  else if (response.status === 401 && current()) signOut(document?.detail ?? "Your token is no longer accepted. Sign in again.");
  return new Problem(document ?? { status: response.status, code: "no-details", detail: `The service answered ${response.status} without an explanation.` }, { retryAfter: Number(response.headers.get("Retry-After")) || 1 });
}

// For whoever keeps an eye on the service.
const trouble = () => window.dispatchEvent(new Event("trouble"));

function unreachable() {
  trouble();
  return new Problem({ status: 0, code: "unreachable", detail: "The service does not respond. Check that it is running and that you have a network connection, then try again." });
}

function revisionOf(response) {
  const tag = response.headers.get("ETag");
  return tag ? Number(tag.replaceAll('"', "")) : null;
}

// crypto.randomUUID is missing where the page is served without TLS from another host than localhost.
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
