// Filters of a list: each has a value and reports when it changes.

import { html, useEffect, useRef, useState, useUniqueId } from "../core/view.js";
import { icon } from "./icon.js";

const TYPING_MS = 250;
// Of more than so many choices all are drawn only when somebody is about to choose.
const MANY = 200;

// Gives a function that calls when the person has stopped typing.
export function useTyping(changed) {
  const waiting = useRef(null);
  useEffect(() => () => clearTimeout(waiting.current), []);
  return () => {
    clearTimeout(waiting.current);
    waiting.current = setTimeout(changed, TYPING_MS);
  };
}

// In a narrow window all but the search unfold from a button, which says how many of them are set.
/** @param {{ chosen?: number, children?: any, [attribute: string]: any }} properties */
export function FilterForm({ chosen = 0, children, ...attributes }) {
  const [isOpen, setOpen] = useState(false);
  return html`<form class=${isOpen ? "filters open" : "filters"} onsubmit=${(event) => event.preventDefault()} ...${attributes}>
    <button type="button" class="plain unfold" aria-expanded=${String(isOpen)} onclick=${() => setOpen(!isOpen)}>${icon("list-filter")}Filters${chosen ? ` (${chosen})` : ""}</button>
    ${children}
  </form>`;
}

// How many of them are set beside the search.
export const chosenOf = (filters) => filters.filter((filter) => !filter.form.isWide && filter.value() !== "").length;

class Filter {
  /** @param {string} name @param {string} label @param {any} form */
  constructor(name, label, form) {
    this.name = name;
    this.label = label;
    this.form = form;
    this.text = "";
  }

  value() {
    return this.form.read ? this.form.read(this.text) : this.text;
  }

  set(value) {
    this.text = this.form.write ? this.form.write(value) : value;
  }

  view(changed) {
    return html`<${FilterField} key=${this.name} filter=${this} changed=${changed} />`;
  }
}

// A search box; it asks when the person has stopped typing.
/** @param {string} name @param {string} label @param {{ narrow?: boolean, placeholder?: string, read?: (text: string) => string }} [options] */
export function search(name, label, { narrow = false, placeholder, read = (text) => text } = {}) {
  return new Filter(name, label, { type: "search", isWide: !narrow, placeholder, read: (text) => read(text.trim()) });
}

export const choice = (name, label, choices) => new Filter(name, label, { choices });

// A moment, given in the person's own time and sent in UTC.
export const moment = (name, label) => new Filter(name, label, {
  type: "datetime-local", read: (text) => text ? new Date(text).toISOString() : "", write: (value) => value ? localText(new Date(value)) : "",
});

// A moment as its field has it.
export const localText = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

function FilterField({ filter, changed }) {
  const id = useUniqueId(filter.name);
  const [, draw] = useState("");
  const [isChoosing, choose] = useState(false);
  const typed = useTyping(changed);
  const { type, choices, placeholder, isWide = false } = filter.form;
  const put = (event) => {
    filter.text = event.target.value;
    draw(filter.text);
    if (type === "search") typed();
    else changed();
  };
  const shown = isChoosing || !choices || choices.length <= MANY ? choices : choices.filter(([key]) => key === filter.text);
  const begin = () => choose(true);
  const control = shown
    ? html`<select id=${id} name=${filter.name} value=${filter.text} onfocus=${begin} onpointerenter=${begin} onchange=${put}>${[["", "Any"], ...shown].map(([key, text]) => html`<option key=${key} value=${key}>${text}</option>`)}</select>`
    : html`<input id=${id} type=${type} name=${filter.name} placeholder=${placeholder} autocomplete="off" spellcheck=${false} value=${filter.text} ...${type === "search" ? { oninput: put } : { onchange: put }} />`;
  return html`<div class=${isWide ? "filter grow" : "filter"}><label for=${id}>${filter.label}</label>${control}</div>`;
}
