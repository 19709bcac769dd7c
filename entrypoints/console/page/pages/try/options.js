// How an answer is to be written: the system prompt, parameters, tools, and its form.

import { Problem } from "../../core/api.js";
import { html, useState } from "../../core/view.js";
import { Field } from "../../parts/form.js";

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const TOOLS_HELP = "JSON. A list of functions, such as `[{\"name\": \"weather\", \"parameters\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\"}}}}]`. You enter their results yourself.";

// What is seldom needed is folded.
export function Options() {
  const [form, setForm] = useState("");
  return html`<div class="fields">
    <${Field} name="system" pointer="/messages/0" label="System prompt" type="textarea" rows="3" class="prose" spellcheck />
    <details><summary>Parameters</summary><div class="fields">
      <${Field} name="maxTokens" pointer="/config/maxTokens" label="Max output tokens" type="number" min="1" step="1" />
      <${Field} name="temperature" pointer="/config/temperature" label="Temperature" type="number" min="0" max="2" />
      <${Field} name="reasoningEffort" pointer="/config/reasoningEffort" label="Reasoning effort" type="choice" choices=${[["", "Model's default"], ...EFFORTS]} />
    </div></details>
    <details><summary>Tools</summary><div class="fields">
      <${Field} name="tools" pointer="/tools" label="Tools" type="textarea" rows="6" help=${TOOLS_HELP} />
    </div></details>
    <details><summary>Form of the answer</summary><div class="fields">
      <${Field} name="form" pointer="/responseFormat/type" label="Answer in" type="choice" choices=${FORMS} onchange=${({ target }) => setForm(target.value)} />
      <${Field} name="schema" pointer="/responseFormat/schema" label="Schema" type="textarea" rows="6" help="A JSON Schema of an object." hidden=${form !== "json_schema"} />
    </div></details>
  </div>`;
}

const FORMS = [["", "Text"], ["json_object", "Any JSON object"], ["json_schema", "JSON of a schema"]];

// What a request has beside its model and its messages.
export function optionsOf({ maxTokens, temperature, reasoningEffort, tools, form, schema }) {
  const config = given({ maxTokens, temperature, reasoningEffort });
  const format = form === "" ? null : form === "json_object" ? { type: form } : { type: form, name: "answer", schema: parsed("/responseFormat/schema", schema) ?? {} };
  return given({ config: Object.keys(config).length ? config : null, tools: parsed("/tools", tools), responseFormat: format });
}

const given = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== ""));

function parsed(pointer, text) {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem({ status: 422, code: "invalid-input", detail: "A field is not JSON.", errors: [{ pointer, message: `This is not JSON: ${error.message}` }] });
  }
}
