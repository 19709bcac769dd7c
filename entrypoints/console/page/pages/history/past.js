// A slider over the revisions: how it was after each, what differs from now, and the way back.

import { ask, get, isAbort } from "../../core/api.js";
import { element, replace, uniqueId } from "../../core/elements.js";
import { label, time, value } from "../../core/format.js";
import { say } from "../../core/messages.js";
import { action } from "../../parts/action.js";
import { openDialog } from "../../parts/dialog.js";
import { failure } from "../../parts/failure.js";
import { field, Form } from "../../parts/form.js";
import { facts } from "../../parts/page.js";
import { changesBetween, differences } from "./differences.js";

const LEFT_OUT = new Set(["id", "organizationId", "revision", "sources"]);

export function past(path, now, { role, reverted, signal }) {
  const id = uniqueId("revision");
  const shown = element("output", { for: id });
  const place = element("div", { class: "stack", "aria-live": "polite" });
  const slider = element("input", { id, type: "range", min: 1, max: now.revision, value: now.revision, step: 1, oninput: () => show() });
  let asked = 0;
  const show = async () => {
    const revision = Number(slider.value);
    asked += 1;
    const mine = asked;
    shown.textContent = `${revision} of ${now.revision}`;
    try {
      const then = revision === now.revision ? now : await get(path, { atRevision: revision }, signal);
      if (mine === asked) replace(place, state(path, then, now, { role, reverted }));
    } catch (error) {
      if (mine === asked && !isAbort(error)) replace(place, failure(error));
    }
  };
  show();
  return element("section", { class: "card" }, element("h2", {}, "How it was"),
    element("label", { for: id }, "After revision ", shown), slider, place);
}

function state(path, then, now, { role, reverted }) {
  const isNow = then.revision === now.revision;
  const changes = changesBetween(then, now).filter(({ field: name }) => !LEFT_OUT.has(name));
  return [
    element("p", { class: "quiet" }, isNow ? "This is how it is now." : `As of ${time(then.updatedAt)}.`),
    isNow ? null : [element("h3", {}, "Changed since then"), differences(changes) ?? element("p", { class: "quiet" }, "Nothing differs from now.")],
    element("details", {}, element("summary", {}, "All of it"), facts(Object.entries(then).filter(([name]) => !LEFT_OUT.has(name)).map(([name, held]) => [label(name), value(held)]))),
    element("div", { class: "actions" }, action(`Revert to revision ${then.revision}`, { role, why: isNow ? "This is how it is now: choose an earlier revision." : null, run: () => confirm(path, then, now, changes, reverted) })),
  ];
}

function confirm(path, then, now, changes, reverted) {
  const isProvider = "providerType" in now;
  const reason = field({ name: "reason", label: "Reason", help: "Kept with the change, for those who read the history.", maxlength: 500 });
  const key = field({ name: "apiKey", label: "Key", type: "password", help: "Needed only when the endpoint was at another address: an earlier key never comes back." });
  const form = new Form(isProvider ? [reason, key] : [reason], { action: "Revert", submit: async () => {
    const body = { toRevision: then.revision, ...(isProvider && key.read() ? { apiKey: key.read() } : {}) };
    const { document } = await ask("POST", `${path}/revert`, { body, revision: now.revision, reason: reason.read().trim() || undefined, once: true });
    dialog.close();
    say(`${document.name} is as it was after revision ${then.revision}.`);
    reverted(document);
  } });
  const back = changes.map(({ field: name, before, after }) => ({ field: name, before: after, after: before }));
  const dialog = openDialog(`Revert to revision ${then.revision}`, [element("p", {}, "What it did stays in the history; this is one more change."), differences(back), form.element]);
}
