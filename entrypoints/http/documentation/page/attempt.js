// Sends a request from the page, with what the form holds and the token that was pasted in.

import { block, element } from "./elements.js";

export function form(method, path, operation, example) {
  const inputs = new Map();
  const labels = (operation.parameters ?? []).map((parameter) => {
    const input = control(parameter.schema ?? {}, parameter.required);
    inputs.set(parameter, input);
    return element("label", {}, `${parameter.name} (${parameter.in})`, input);
  });
  const body = example === undefined ? null : element("textarea", { spellcheck: "false" }, JSON.stringify(example, null, 2));
  const kinds = Object.keys(operation.requestBody?.content ?? {});
  const output = element("div", { "aria-live": "polite" });
  const button = element("button", { type: "submit" }, "Send");
  const made = element("form", { class: "form" }, labels, body ? element("label", { class: "wide" }, `Body (${kinds[0]})`, body) : null,
    element("p", { class: "wide" }, button));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    output.replaceChildren(await reply(method, addressOf(path, inputs), headersOf(inputs, kinds[0]), body?.value));
    button.disabled = false;
  });
  return [element("h3", {}, "Try it"), made, output];
}

function control(schema, isRequired) {
  const choices = schema.enum ?? (schema.type === "boolean" ? ["true", "false"] : null);
  if (!choices) return element("input", { autocomplete: "off", placeholder: schema.default ?? "", required: Boolean(isRequired) });
  return element("select", {}, ["", ...choices].map((choice) => element("option", { value: choice }, choice === "" ? "–" : choice)));
}

const given = (inputs, place) => [...inputs].filter(([parameter, input]) => parameter.in === place && input.value !== "");

function addressOf(path, inputs) {
  const filled = given(inputs, "path").reduce((text, [parameter, input]) => text.replace(`{${parameter.name}}`, encodeURIComponent(input.value)), path);
  const query = new URLSearchParams(given(inputs, "query").map(([parameter, input]) => [parameter.name, input.value])).toString();
  return query ? `${filled}?${query}` : filled;
}

function headersOf(inputs, kind) {
  const headers = Object.fromEntries(given(inputs, "header").map(([parameter, input]) => [parameter.name, sendable(input.value)]));
  const token = document.getElementById("token").value.trim();
  if (token) headers.Authorization = `Bearer ${token}`;
  if (kind) headers["Content-Type"] = kind;
  return headers;
}

// A header cannot hold every language as it is; the form of RFC 8187 is ASCII.
const sendable = (text) => (/^[ -~]*$/.test(text) ? text : `UTF-8''${encodeURIComponent(text)}`);

async function reply(method, address, headers, body) {
  const started = performance.now();
  try {
    const response = await fetch(address, { method: method.toUpperCase(), headers, body, credentials: "omit" });
    const text = await response.text();
    const took = Math.round(performance.now() - started);
    return element("div", { class: response.ok ? "reply" : "reply problem" },
      element("p", {}, element("strong", {}, `${response.status} ${response.statusText}`), ` in ${took} ms · ${method.toUpperCase()} ${address}`),
      element("details", {}, element("summary", {}, "Headers"), block([...response.headers].map((pair) => pair.join(": ")).join("\n"))),
      text ? block(indented(text)) : element("p", { class: "note" }, "No body."));
  } catch (error) {
    return element("p", { class: "reply problem" }, `Nothing came back: ${error.message}`);
  }
}

// Parsing would change numbers that a browser cannot hold exactly; such text is shown as it came.
function indented(text) {
  if (/\d{16}/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
