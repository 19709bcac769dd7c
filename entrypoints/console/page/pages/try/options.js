// How an answer is to be written: the system prompt, parameters, tools, and its form.

import { Problem } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { field } from "../../old/form.js";

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const TOOLS_HELP = "JSON. A list of functions, such as `[{\"name\": \"weather\", \"parameters\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\"}}}}]`. What they give you write yourself.";

export class Options {
  constructor() {
    this.system = field({ name: "system", pointer: "/messages/0", label: "System prompt", type: "textarea", rows: 3, class: "prose", spellcheck: "true" });
    this.most = field({ name: "maxTokens", pointer: "/config/maxTokens", label: "Max output tokens", type: "number", min: 1, step: 1 });
    this.temperature = field({ name: "temperature", pointer: "/config/temperature", label: "Temperature", type: "number", min: 0, max: 2 });
    this.effort = field({ name: "reasoningEffort", pointer: "/config/reasoningEffort", label: "Reasoning effort", type: "choice", choices: [["", "As the model has it"], ...EFFORTS] });
    this.tools = field({ name: "tools", pointer: "/tools", label: "Tools", type: "textarea", rows: 6, help: TOOLS_HELP });
    this.form = field({ name: "form", pointer: "/responseFormat/type", label: "Answer in", type: "choice", choices: [["", "Text"], ["json_object", "Any JSON object"], ["json_schema", "JSON of a schema"]] });
    this.schema = field({ name: "schema", pointer: "/responseFormat/schema", label: "Schema", type: "textarea", rows: 6, help: "A JSON Schema of an object." });
    this.schema.element.hidden = true;
    this.form.control.addEventListener("change", () => (this.schema.element.hidden = this.form.read() !== "json_schema"));
    this.fields = [this.system, this.most, this.temperature, this.effort, this.tools, this.form, this.schema];
  }

  // All fields in their order, for the page; what is seldom needed is folded.
  layout() {
    const more = (name, ...fields) => element("details", {}, element("summary", {}, name), element("div", { class: "fields" }, fields.map((each) => each.element)));
    return element("div", { class: "fields" }, this.system.element, more("Parameters", this.most, this.temperature, this.effort), more("Tools", this.tools), more("Form of the answer", this.form, this.schema));
  }

  // What a request has beside its model and its messages.
  written() {
    const config = given({ maxTokens: this.most.read(), temperature: this.temperature.read(), reasoningEffort: this.effort.read() });
    const tools = parsed(this.tools);
    const type = this.form.read();
    const format = type === "" ? null : type === "json_object" ? { type } : { type, name: "answer", schema: parsed(this.schema) ?? {} };
    return given({ config: Object.keys(config).length ? config : null, tools, responseFormat: format });
  }
}

const given = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ""));

function parsed({ pointer, read }) {
  if (read().trim() === "") return null;
  try {
    return JSON.parse(read());
  } catch (error) {
    throw new Problem({ status: 422, code: "invalid-input", detail: "A field is not JSON.", errors: [{ pointer, message: `This is not JSON: ${error.message}` }] });
  }
}
