// A slider over the revisions: how it was after each, what differs from now, and the way back.

import { ask, get, isAbort } from "../../core/api.js";
import { time } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { html, useEffect, useRef, useState, useUniqueId } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { changesBetween, differences, fieldName, flat, text } from "../../parts/differences.js";
import { openDialog } from "../../parts/dialog.js";
import { failure } from "../../parts/failure.js";
import { Field, Form } from "../../parts/form.js";
import { headersField, headersOf } from "../../parts/header-lines.js";
import { facts } from "../../parts/page.js";

const LEFT_OUT = new Set(["id", "organizationId", "revision", "sources", "lastHealthCheck"]);
// What the service finds out by itself, and secrets that were replaced: no revert brings those back.
const STAYS = new Set(["apiKey", "extraHeaders", "healthStatus", "lifecycle", "retiresOn", "updatedAt"]);
const SLIDING_MS = 120;

// `now` is null when it was removed; `last` is the newest revision that there is something to see of. `seek.current(revision)`
// moves the slider there.
export function Past({ path, now, last, needs, reverted, signal, seek }) {
  const id = useUniqueId("revision");
  const slider = useRef(null);
  const waiting = useRef(null);
  const asking = useRef(new AbortController());
  const [revision, setRevision] = useState(last);
  const [shown, setShown] = useState({ content: null, words: null });
  const read = async (wanted) => {
    asking.current.abort();
    asking.current = new AbortController();
    try {
      const then = wanted === now?.revision ? now : await get(path, { atRevision: wanted }, AbortSignal.any([asking.current.signal, signal]));
      setShown({ content: now ? besideNow(then, now, revert) : removed(then, revert), words: `Revision ${wanted}, ${time(then.updatedAt)}` });
    } catch (error) {
      if (!isAbort(error)) setShown({ content: failure(error), words: null });
    }
  };
  // While it is being moved nothing is requested.
  const slide = (pause) => {
    const wanted = Number(slider.current.value);
    setRevision(wanted);
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => read(wanted), pause);
  };
  const revert = (then, why, changes) => html`<div class="actions"><${Action} needs=${needs} why=${why} run=${() => confirm({ path, now, reverted }, then, changes)}>Revert to revision ${then.revision}<//></div>`;
  seek.current = (wanted) => {
    slider.current.value = String(wanted);
    slide(0);
    slider.current.focus({ preventScroll: true });
    slider.current.closest("section").scrollIntoView({ block: "nearest" });
  };
  // A newer document begins at its own revision.
  useEffect(() => {
    slider.current.value = String(last);
    slide(0);
    return () => clearTimeout(waiting.current);
  }, [now, last]);
  return html`<section class="card past">
    <h2>How it was</h2>
    <label for=${id}>After revision <output for=${id}>${revision} of ${last}</output></label>
    <input id=${id} type="range" min="1" max=${last} step="1" defaultValue=${last} disabled=${last < 2} ref=${slider} aria-valuetext=${shown.words} oninput=${() => slide(SLIDING_MS)} />
    <div class="stack" aria-live="polite">${shown.content}</div>
  </section>`;
}

function besideNow(then, now, revert) {
  const isNow = then.revision === now.revision;
  const changes = changesBetween(then, now).filter(({ field: name }) => !LEFT_OUT.has(name));
  return html`<p class="quiet">${isNow ? "This is how it is now." : `As of ${time(then.updatedAt)}.`}</p>
    ${isNow ? null : html`<h3>Changed since then</h3>${differences(changes) ?? html`<p class="quiet">Nothing differs from now.</p>`}`}
    ${revert(then, isNow ? "This is the current state: choose an earlier revision." : null, changes)}
    ${whole(then, false)}`;
}

const removed = (then, revert) => html`<p class="quiet">As of ${time(then.updatedAt)}.</p>
  ${revert(then, "It was removed. A removal cannot be reverted: add it again.", [])}
  ${whole(then, true)}`;

const whole = (then, open) => html`<details open=${open}><summary>All of it</summary>
  ${facts(flat(then).filter(([name]) => !LEFT_OUT.has(name.split(":")[0])).map(([name, held]) => [fieldName(name), text(held, name)]))}</details>`;

function confirm({ path, now, reverted }, then, changes) {
  const isProvider = "providerType" in now;
  const submit = async ({ reason, apiKey, extraHeaders = "" }) => {
    const body = { toRevision: then.revision, ...(apiKey ? { apiKey } : {}), extraHeaders: headersOf(extraHeaders) };
    const { document } = await ask("POST", `${path}/revert`, { body, revision: now.revision, reason: reason.trim() || undefined, once: true });
    dialog.close();
    say(`${document.name} is as it was after revision ${then.revision}.`);
    reverted(document);
  };
  const back = changes.filter(({ field: name }) => !STAYS.has(name)).map(({ field: name, before, after }) => ({ field: name, before: after, after: before }));
  const secrets = html`<${Field} name="apiKey" label="Key" type="password" help="Needed only if the endpoint was another account then: an earlier key cannot be restored." />
    ${isProvider && now.extraHeaders.length ? headersField([], "Needed only if it has some and the endpoint was another account then: one per line, as `Name: value`.") : null}`;
  const dialog = openDialog(`Revert to revision ${then.revision}`, html`<p>The changes since then stay in the history. Reverting is one more change.</p>
    ${differences(back) ?? html`<p class="quiet">Nothing differs, so there is nothing to revert.</p>`}
    <${Form} action="Revert" submit=${submit}>
      <${Field} name="reason" label="Reason" help="Stored with the change and shown in the history." maxlength="500" />
      ${isProvider ? secrets : null}
    <//>`);
}
