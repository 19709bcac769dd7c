// Shows one operation: closed it is a line, opened it is everything there is to know.

import { form } from "./attempt.js";
import { block, element, inline, prose } from "./elements.js";
import { fields, limitsOf, resolved, shape, typeOf } from "./schema.js";

export function operationElement(method, path, operation) {
  const details = element("details", { class: "operation", id: `op-${operation.operationId}` },
    element("summary", {},
      element("span", { class: `method ${method}` }, method.toUpperCase()), element("code", {}, path),
      element("span", {}, operation.summary), element("span", { class: "access" }, operation["x-access"])));
  details.addEventListener("toggle", () => {
    if (details.open) history.replaceState(null, "", `#${details.id}`);
  });
  details.addEventListener("toggle", () => details.append(inside(method, path, operation)), { once: true });
  return details;
}

function inside(method, path, operation) {
  const [kind, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  return element("div", { class: "inside" },
    prose(operation.description),
    parameters(operation.parameters ?? []),
    content ? [element("h3", {}, `Body · ${kind}`), element("p", { class: "note" }, operation.requestBody.description),
      fields(content.schema), block(content.example)] : null,
    responses(operation.responses),
    form(method, path, operation, content?.example));
}

function parameters(list) {
  if (!list.length) return null;
  const rows = list.map((parameter) => element("tr", {},
    element("td", {}, element("code", {}, parameter.name), parameter.required ? element("span", { class: "required" }, " required") : null),
    element("td", {}, parameter.in),
    element("td", {}, element("span", { class: "type" }, typeOf(parameter.schema)), " ", limitsOf(parameter.schema)),
    element("td", {}, inline(parameter.description ?? ""))));
  return [element("h3", {}, "Parameters"), table(["Name", "In", "Kind", "Meaning"], rows)];
}

export function table(heads, rows) {
  return element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": heads.join(", ") },
    element("table", {}, element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
      element("tbody", {}, rows)));
}

function responses(all) {
  const shown = Object.entries(all).map(([status, response]) => {
    const contents = Object.entries(response.content ?? {});
    const headers = Object.keys(response.headers ?? {}).join(", ");
    const details = element("details", {}, element("summary", {}, element("strong", {}, status), " ", inline(response.description.split("\n\n")[0])));
    details.addEventListener("toggle", () => details.append(...[
      ...prose(response.description.split("\n\n").slice(1).join("\n\n")),
      headers ? element("p", { class: "note" }, `Headers: ${headers}`) : null,
      ...contents.flatMap(([kind, content]) => [element("p", { class: "note" }, kind), ...shape(content.schema), example(content)]),
    ].filter(Boolean)), { once: true });
    return details;
  });
  return [element("h3", {}, "Answers"), element("div", { class: "answers" }, shown)];
}

function example(content) {
  const value = content.example ?? resolved(Object.values(content.examples ?? {})[0])?.value;
  return value === undefined ? null : block(value);
}
