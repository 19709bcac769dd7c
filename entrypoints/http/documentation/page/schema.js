// Shows JSON Schema as OpenAPI 3.1 uses it: what a field holds, and what is in it when it is opened.

import { element, inline } from "./elements.js";

let root = {};

export function readFrom(document) {
  root = document;
}

export function resolved(value) {
  if (!value?.$ref) return value ?? {};
  return value.$ref.slice(2).split("/").reduce((place, name) => place?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], root) ?? {};
}

const nameOf = (schema) => schema.$ref?.split("/").pop();
const branchesOf = (schema) => schema.anyOf ?? schema.oneOf ?? schema.allOf;

export function typeOf(schema) {
  if (schema.$ref) return nameOf(schema);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((choice) => JSON.stringify(choice)).join(" | ");
  if (branchesOf(schema)) return branchesOf(schema).map(typeOf).join(" | ");
  if (schema.type === "array") return `array of ${typeOf(schema.items ?? {})}`;
  if (schema.contentSchema) return `JSON of ${typeOf(schema.contentSchema)}`;
  const type = [schema.type ?? "any"].flat().join(" | ");
  return schema.format ? `${type} (${schema.format})` : type;
}

const LIMITS = [
  ["minimum", "≥ "], ["maximum", "≤ "], ["exclusiveMinimum", "> "], ["exclusiveMaximum", "< "], ["minLength", "length ≥ "],
  ["maxLength", "length ≤ "], ["minItems", "items ≥ "], ["maxItems", "items ≤ "], ["pattern", "matches "],
];

export function limitsOf(schema) {
  const branches = (branchesOf(schema) ?? []).filter((branch) => branch.type !== "null" && !branch.$ref);
  const source = branches.length === 1 ? { ...schema, ...branches[0] } : schema;
  const limits = LIMITS.filter(([word]) => source[word] !== undefined).map(([word, sign]) => sign + source[word]);
  if (![undefined, null].includes(source.default)) limits.push(`default ${JSON.stringify(source.default)}`);
  return limits.join(", ");
}

// The object schemas that a field leads to, through references, arrays and alternatives.
function inside(schema) {
  if (schema.$ref) return [schema];
  if (schema.type === "array") return inside(schema.items ?? {});
  if (schema.contentSchema) return inside(schema.contentSchema);
  if (branchesOf(schema)) return branchesOf(schema).flatMap(inside);
  return schema.properties ? [schema] : [];
}

// The fields of an object; of a list or of alternatives, what each of them can be.
export function shape(schema) {
  const { properties, description } = resolved(schema);
  if (properties) return fields(schema);
  return [description ? element("p", { class: "note" }, inline(description)) : null, inside(resolved(schema)).map((part) => more(part, []))].flat();
}

export function fields(schema, above = []) {
  const { properties = {}, required = [], description } = resolved(schema);
  const list = Object.entries(properties).map(([name, part]) => element("li", {}, field(name, part, required.includes(name), above)));
  return [
    description ? element("p", { class: "note" }, inline(description)) : null,
    list.length ? element("ul", { class: "schema" }, list) : null,
  ];
}

function field(name, part, isRequired, above) {
  const limits = limitsOf(part);
  const line = [
    element("code", {}, name), " ", element("span", { class: "type" }, typeOf(part)),
    isRequired ? element("span", { class: "required" }, " required") : null,
    limits ? element("span", { class: "note" }, ` ${limits}`) : null,
    part.description ? element("p", { class: "note" }, inline(part.description)) : null,
  ];
  const parts = inside(part).filter((nested) => !above.includes(nested.$ref));
  return [line, parts.map((nested) => more(nested, above))];
}

function more(nested, above) {
  const name = nameOf(nested) ?? nested.title ?? "its fields";
  const details = element("details", {}, element("summary", { class: "type" }, name));
  details.addEventListener("toggle", () => details.append(...fields(nested, [...above, nested.$ref]).filter(Boolean)), { once: true });
  return details;
}
