// Forms that show what is wrong beside the field it is wrong in, by the pointers of the API's problem details.

import { Problem } from "../core/api.js";
import { element, inline, replace, uniqueId } from "../core/elements.js";

// kind: text, password, number, url, textarea, choice, check. `pointer` is the field's place in the request.
/** @param {{ name: string, label: string, [attribute: string]: any }} options */
export function field({ name, label, type = "text", help, value = "", choices = [], pointer = `/${name}`, unit, ...attributes }) {
  const id = uniqueId(name);
  const control = controlFor(type, { id, name, value, choices, attributes });
  const problem = element("p", { class: "problem", id: `${id}-problem`, hidden: true });
  const hint = help ? element("p", { class: "hint", id: `${id}-hint` }, inline(help)) : null;
  const described = [hint?.id, problem.id].filter(Boolean).join(" ");
  control.setAttribute("aria-describedby", described);
  const text = [label, attributes.required ? element("span", { class: "required", "aria-hidden": "true" }, " *") : null];
  const made = type === "check"
    ? element("div", { class: "field check" }, element("label", { for: id }, control, " ", text), hint, problem)
    : element("div", { class: "field" }, element("label", { for: id }, text, unit ? element("span", { class: "unit" }, unit) : null), control, hint, problem);
  return { name, pointer, element: made, control, read: () => readControl(control, type), complain: (message) => complain(control, problem, message) };
}

function controlFor(type, { id, name, value, choices, attributes }) {
  if (type === "textarea") return textarea({ id, name, spellcheck: "false", rows: 4, ...attributes }, value);
  if (type === "check") return element("input", { id, name, type: "checkbox", checked: Boolean(value), ...attributes });
  if (type === "choice") {
    return element("select", { id, name, ...attributes }, choices.map((choice) => {
      const [key, text] = Array.isArray(choice) ? choice : [choice, choice];
      return element("option", { value: key, selected: String(key) === String(value ?? "") }, text);
    }));
  }
  const extra = type === "number" ? { inputmode: "decimal", step: "any" } : {};
  return element("input", { id, name, type, value: value ?? "", spellcheck: "false", autocomplete: "off", ...extra, ...attributes });
}

function textarea(attributes, value) {
  const made = element("textarea", attributes);
  made.value = value ?? "";
  return made;
}

function readControl(control, type) {
  if (type === "check") return control.checked;
  if (type === "number") return control.value.trim() === "" ? null : Number(control.value);
  return control.value;
}

function complain(control, place, message) {
  place.hidden = !message;
  replace(place, message ?? "");
  if (message) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

export class Form {
  // `submit` may be asynchronous; a Problem that it throws is shown. `extra` are further buttons.
  constructor(fields, { action, submit, extra = [] }) {
    this.fields = fields;
    this.summary = element("div", { class: "notice bad", role: "alert", hidden: true });
    this.button = element("button", { type: "submit" }, action);
    this.body = element("div", { class: "fields" }, fields.map((each) => each.element));
    this.element = element("form", { novalidate: true, onsubmit: (event) => this.#send(event, submit) },
      this.summary, this.body, element("div", { class: "buttons" }, extra, this.button));
  }

  setFields(fields) {
    this.fields = fields;
    replace(this.body, fields.map((each) => each.element));
  }

  async #send(event, submit) {
    event.preventDefault();
    this.clear();
    if (!this.#isComplete() || this.button.getAttribute("aria-disabled")) return;
    await this.busy(submit);
  }

  // Runs the work with the button out of use, and shows what it is refused for.
  async busy(work) {
    this.button.setAttribute("aria-disabled", "true");
    this.element.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.show(error);
    } finally {
      this.button.removeAttribute("aria-disabled");
      this.element.removeAttribute("aria-busy");
    }
  }

  clear() {
    this.summary.hidden = true;
    for (const each of this.fields) each.complain(null);
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
      if (home) home.complain(message);
      else homeless.push(`${pointer} ${message}`);
      first ??= home;
    }
    const lines = homeless.length || !first ? [detail, ...homeless].filter(Boolean) : [];
    this.summary.hidden = lines.length === 0;
    replace(this.summary, lines.map((line) => element("p", {}, line)), requestId && lines.length ? element("p", { class: "quiet" }, `Request ${requestId}`) : null);
    first?.control.closest("details:not([open])")?.setAttribute("open", "");
    first?.control.focus();
  }

  #home(pointer) {
    const fits = this.fields.filter((each) => pointer === each.pointer || pointer.startsWith(`${each.pointer}/`));
    return fits.toSorted((one, other) => other.pointer.length - one.pointer.length)[0];
  }

  #isComplete() {
    const missing = this.fields.filter((each) => each.control.required && String(each.read() ?? "").trim() === "");
    const wrong = this.fields.filter((each) => each.control.validity?.badInput || each.control.validity?.patternMismatch);
    this.refuse([
      ...missing.map((each) => ({ pointer: each.pointer, message: "Fill in this field." })),
      ...wrong.map((each) => ({ pointer: each.pointer, message: each.control.validity.badInput ? "Enter a number." : "The format is not valid." })),
    ]);
    return missing.length + wrong.length === 0;
  }
}
