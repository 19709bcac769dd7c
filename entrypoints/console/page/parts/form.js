// Forms that show what is wrong beside the field it is wrong in, by the pointers of the API's problem details.

import { Problem } from "../core/api.js";
import { number } from "../core/format.js";
import { createContext, html, inline, Store, useContext, useRef, useStore, useUniqueId } from "../core/view.js";

// What is wrong, by pointers.
const Problems = createContext({});

// type: text, password, number, url, textarea, choice, check. `pointer` is the field's place in the request, `control` a
// reference to what is filled in. The value is where a person begins: the field's content is read from the form.
/** @param {{ name: string, label: any, type?: string, help?: string, value?: any, choices?: any[], pointer?: string, unit?: string, hidden?: boolean, control?: any, children?: any, [attribute: string]: any }} properties */
export function Field({ name, label, type = "text", help, value = "", choices = [], pointer = `/${name}`, unit, hidden = false, control, children, ...attributes }) {
  const id = useUniqueId(name);
  const problem = useContext(Problems)[pointer];
  const common = { id, name, ref: control, "data-pointer": pointer, "aria-invalid": problem ? "true" : null, "aria-describedby": help ? `${id}-hint ${id}-problem` : `${id}-problem`, ...attributes };
  const text = [label, attributes.required ? html`<span class="required" aria-hidden="true"> *</span>` : null];
  const notes = html`<p class="problem" id="${id}-problem" hidden=${!problem}>${problem}</p>
    ${help ? html`<p class="hint" id="${id}-hint">${inline(help)}</p>` : null}${children}`;
  if (type === "check") return html`<div class="field check" hidden=${hidden}><label for=${id}><input type="checkbox" ...${common} defaultChecked=${Boolean(value)} /> ${text}</label>${notes}</div>`;
  return html`<div class="field" hidden=${hidden}><label for=${id}>${text}${unit ? html`<span class="unit">${unit}</span>` : null}</label>${controlOf(type, common, value, choices)}${notes}</div>`;
}

function controlOf(type, common, value, choices) {
  if (type === "textarea") return html`<textarea rows="4" spellcheck=${false} ...${common} defaultValue=${value ?? ""} />`;
  if (type === "choice") {
    return html`<select ...${common}>${choices.map((choice) => {
      const [key, text] = Array.isArray(choice) ? choice : [choice, choice];
      return html`<option key=${key} value=${key} selected=${String(key) === String(value ?? "")}>${text}</option>`;
    })}</select>`;
  }
  const extra = type === "number" ? { inputmode: "decimal", step: "any" } : {};
  return html`<input type=${type} spellcheck=${false} autocomplete="off" ...${extra} ...${common} defaultValue=${value ?? ""} />`;
}

function valueOf(control) {
  if (control.type === "checkbox") return control.checked;
  if (control.type === "number") return control.value.trim() === "" ? null : Number(control.value);
  return control.value;
}

function whatIsWrong({ validity, max }) {
  if (validity.badInput) return "Enter a number.";
  return validity.rangeOverflow ? `Enter ${number(Number(max))} or less.` : "The format is not valid.";
}

// What a form holds, for whoever submits it.
export class FormState extends Store {
  /** @type {Record<string, string>} */
  problems = {};
  /** @type {{ lines: string[], requestId: string | null }} */
  summary = { lines: [], requestId: null };
  isBusy = false;
  /** @type {HTMLFormElement | null} */
  element = null;

  get #controls() {
    return /** @type {any[]} */ ([...this.element?.elements ?? []]).filter((control) => control.dataset.pointer);
  }

  // By the names of the fields; numbers are numbers, null where there is none.
  /** @returns {any} */
  get values() {
    return Object.fromEntries(this.#controls.map((control) => [control.name, valueOf(control)]));
  }

  // Runs the work with the button out of use, and shows what it is refused for.
  async busy(work) {
    this.isBusy = true;
    this.changed();
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.show(error);
    } finally {
      this.isBusy = false;
      this.changed();
    }
  }

  async submit(work) {
    if (this.isComplete() && !this.isBusy) await this.busy(() => work(this.values, this));
  }

  // Empties it, or gives it what it began with.
  reset() {
    this.element?.reset();
  }

  clear() {
    this.problems = {};
    this.summary = { lines: [], requestId: null };
    this.changed();
  }

  show(problem) {
    this.refuse(problem.errors, [problem.message, problem.document.hint].filter(Boolean).join(" "), problem.document.requestId);
  }

  // Errors that belong to no field are shown above all fields.
  refuse(errors, detail = null, requestId = null) {
    const homeless = [];
    let first = null;
    for (const { pointer, message } of errors) {
      const home = this.#home(pointer);
      if (home) this.problems = { ...this.problems, [home.dataset.pointer]: message };
      else homeless.push(`${pointer} ${message}`);
      first ??= home;
    }
    this.summary = { lines: homeless.length || !first ? [detail, ...homeless].filter(Boolean) : [], requestId };
    this.changed();
    first?.closest("details:not([open])")?.setAttribute("open", "");
    first?.focus();
  }

  #home(pointer) {
    const fits = this.#controls.filter((control) => pointer === control.dataset.pointer || pointer.startsWith(`${control.dataset.pointer}/`));
    return fits.toSorted((one, other) => other.dataset.pointer.length - one.dataset.pointer.length)[0];
  }

  isComplete() {
    this.clear();
    const missing = this.#controls.filter((control) => control.required && String(valueOf(control) ?? "").trim() === "");
    const wrong = this.#controls.filter(({ validity }) => validity.badInput || validity.patternMismatch || validity.rangeOverflow);
    this.refuse([
      ...missing.map((control) => ({ pointer: control.dataset.pointer, message: "Fill in this field." })),
      ...wrong.map((control) => ({ pointer: control.dataset.pointer, message: whatIsWrong(control) })),
    ]);
    return missing.length + wrong.length === 0;
  }
}

// `submit(values, form)` may be asynchronous; a Problem that it throws is shown. `extra(form)` gives further buttons.
// Without an `action` the content has a button of its own.
/** @param {{ submit: (values: any, form: FormState) => any, action?: string, isTwo?: boolean, extra?: (form: FormState) => any, state?: FormState, children?: any, [attribute: string]: any }} properties */
export function Form({ submit, action, isTwo = false, extra, state, children, ...attributes }) {
  const own = useRef(/** @type {FormState | null} */ (null));
  own.current ??= state ?? new FormState();
  const form = useStore(own.current);
  const { lines, requestId } = form.summary;
  const send = (event) => {
    event.preventDefault();
    form.submit(submit);
  };
  return html`<form novalidate ref=${(element) => (form.element = element)} aria-busy=${form.isBusy ? "true" : null} onsubmit=${send} ...${attributes}>
    <div class="notice bad" role="alert" hidden=${lines.length === 0}>${lines.map((line) => html`<p>${line}</p>`)}${requestId && lines.length ? html`<p class="quiet">Request ${requestId}</p>` : null}</div>
    <div class=${isTwo ? "fields two" : "fields"}><${Problems.Provider} value=${form.problems}>${children}<//></div>
    ${action ? html`<div class="buttons">${extra?.(form)}<button type="submit" aria-disabled=${form.isBusy ? "true" : null}>${action}</button></div>` : null}
  </form>`;
}
