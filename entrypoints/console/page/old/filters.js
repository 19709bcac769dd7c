// Filters of a list: each has a value and reports when it changes.

import { element, replace, uniqueId } from "../core/elements.js";

const TYPING_MS = 250;

// A search box; it asks when the person has stopped typing.
/** @param {string} name @param {string} label @param {{ narrow?: boolean, placeholder?: string }} [options] */
export function search(name, label, { narrow = false, placeholder } = {}) {
  const id = uniqueId(name);
  const input = element("input", { id, type: "search", name, placeholder, autocomplete: "off", spellcheck: "false" });
  return { name, element: element("div", { class: narrow ? "filter" : "filter grow" }, element("label", { for: id }, label), input), value: () => input.value.trim(),
    set(value, changed) {
      input.value = value;
      whenTyped(input, changed);
    } };
}

// Calls when the person has stopped typing.
export function whenTyped(input, changed) {
  let waiting = null;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, TYPING_MS);
  });
}

export function choice(name, label, choices) {
  const id = uniqueId(name);
  const options = (offered) => [["", "Any"], ...offered].map(([key, text]) => element("option", { value: key }, text));
  const select = element("select", { id, name }, options(choices));
  const offer = (offered) => {
    const { value } = select;
    replace(select, options(offered));
    select.value = value;
  };
  return { name, offer, element: element("div", { class: "filter" }, element("label", { for: id }, label), select), value: () => select.value,
    set(value, changed) {
      select.value = value;
      select.addEventListener("change", changed);
    } };
}

// A moment, given in the person's own time and asked for in UTC.
export function moment(name, label) {
  const id = uniqueId(name);
  const input = element("input", { id, type: "datetime-local", name });
  const instant = () => input.value ? new Date(input.value).toISOString() : "";
  return { name, element: element("div", { class: "filter" }, element("label", { for: id }, label), input), value: instant,
    set(value, changed) {
      if (value) input.value = localText(new Date(value));
      input.addEventListener("change", changed);
    } };
}

const localText = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
