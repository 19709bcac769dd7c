// A slider over the revisions: how it was after each, what differs from now, and the way back.

import { ask, get, isAbort } from "../../core/api.js";
import { element, replace, uniqueId } from "../../core/elements.js";
import { time } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { action } from "../../old/action.js";
import { openDialog } from "../../old/dialog.js";
import { failure } from "../../old/failure.js";
import { field, Form } from "../../old/form.js";
import { headersField, headersOf } from "../../old/header-lines.js";
import { facts } from "../../old/page.js";
import { changesBetween, differences, fieldName, flat, text } from "./differences.js";

const LEFT_OUT = new Set(["id", "organizationId", "revision", "sources", "lastHealthCheck"]);
// What the service finds out by itself, and secrets that were replaced: no revert brings those back.
const STAYS = new Set(["apiKey", "extraHeaders", "healthStatus", "lifecycle", "retiresOn", "updatedAt"]);
const SLIDING_MS = 120;

export class Past {
  // `now` is null when it was removed; `last` is the newest revision that there is something to see of.
  constructor(path, now, { last, needs, reverted, signal }) {
    this.path = path;
    this.now = now;
    this.last = last;
    this.needs = needs;
    this.reverted = reverted;
    this.signal = signal;
    const id = uniqueId("revision");
    this.shown = element("output", { for: id });
    this.place = element("div", { class: "stack", "aria-live": "polite" });
    this.slider = element("input", { id, type: "range", min: 1, max: last, value: last, step: 1, disabled: last < 2, oninput: () => this.#slide() });
    this.element = element("section", { class: "card past" }, element("h2", {}, "How it was"),
      element("label", { for: id }, "After revision ", this.shown), this.slider, this.place);
    this.#slide(0);
  }

  seek(revision) {
    this.slider.value = revision;
    this.#slide(0);
    this.slider.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }

  // While it is being moved nothing is asked for.
  #slide(pause = SLIDING_MS) {
    this.shown.textContent = `${this.slider.value} of ${this.last}`;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#show(Number(this.slider.value)), pause);
  }

  async #show(revision) {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const then = revision === this.now?.revision ? this.now : await get(this.path, { atRevision: revision }, AbortSignal.any([this.asking.signal, this.signal]));
      this.slider.setAttribute("aria-valuetext", `Revision ${revision}, ${time(then.updatedAt)}`);
      replace(this.place, this.now ? this.#besideNow(then) : this.#removed(then));
    } catch (error) {
      if (!isAbort(error)) replace(this.place, failure(error));
    }
  }

  #besideNow(then) {
    const isNow = then.revision === this.now.revision;
    const changes = changesBetween(then, this.now).filter(({ field: name }) => !LEFT_OUT.has(name));
    return [
      element("p", { class: "quiet" }, isNow ? "This is how it is now." : `As of ${time(then.updatedAt)}.`),
      isNow ? null : [element("h3", {}, "Changed since then"), differences(changes) ?? element("p", { class: "quiet" }, "Nothing differs from now.")],
      this.#revert(then, isNow ? "This is how it is now: choose an earlier revision." : null, changes),
      whole(then, false),
    ];
  }

  #removed(then) {
    return [element("p", { class: "quiet" }, `As of ${time(then.updatedAt)}.`), this.#revert(then, "It was removed. A removal cannot be reverted: add it again."), whole(then, true)];
  }

  #revert(then, why, changes) {
    return element("div", { class: "actions" }, action(`Revert to revision ${then.revision}`, { needs: this.needs, why, run: () => this.#confirm(then, changes) }));
  }

  #confirm(then, changes) {
    const { path, now, reverted } = this;
    const isProvider = "providerType" in now;
    const reason = field({ name: "reason", label: "Reason", help: "Stored with the change and shown in the history.", maxlength: 500 });
    const key = field({ name: "apiKey", label: "Key", type: "password", help: "Needed only if the endpoint led to another account then: an earlier key cannot be restored." });
    const headers = headersField([], "Needed only if it has some and the endpoint led to another account then: one a line, as `Name: value`.");
    const form = new Form(isProvider ? [reason, key, ...(now.extraHeaders.length ? [headers] : [])] : [reason], { action: "Revert", submit: async () => {
      const body = { toRevision: then.revision, ...(isProvider && key.read() ? { apiKey: key.read() } : {}), extraHeaders: headersOf(headers.read()) };
      const { document } = await ask("POST", `${path}/revert`, { body, revision: now.revision, reason: reason.read().trim() || undefined, once: true });
      dialog.close();
      say(`${document.name} is as it was after revision ${then.revision}.`);
      reverted(document);
    } });
    const back = changes.filter(({ field: name }) => !STAYS.has(name)).map(({ field: name, before, after }) => ({ field: name, before: after, after: before }));
    const dialog = openDialog(`Revert to revision ${then.revision}`, [element("p", {}, "The changes since then stay in the history. Reverting is one more change."),
      differences(back) ?? element("p", { class: "quiet" }, "Nothing differs, so there is nothing to revert."), form.element]);
  }
}

const whole = (then, open) => element("details", { open }, element("summary", {}, "All of it"),
  facts(flat(then).filter(([name]) => !LEFT_OUT.has(name.split(":")[0])).map(([name, held]) => [fieldName(name), text(held)])));
