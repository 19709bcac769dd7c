// The page: contents on the left, operations by subject, all problems at the end, and a search over all of it.

import { element, inline, prose } from "./elements.js";
import { operationElement, table } from "./operation.js";
import { readFrom } from "./schema.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

async function start() {
  const response = await fetch("/api/docs/openapi.json", { credentials: "omit" });
  if (!response.ok) throw new Error(`openapi.json answered ${response.status}`);
  const api = await response.json();
  readFrom(api);
  document.getElementById("title").textContent = api.info.title;
  document.getElementById("version").textContent = api.info.version;
  const operations = listed(api);
  const content = document.getElementById("content");
  content.replaceChildren(
    element("h1", {}, `${api.info.title}: the API`), ...prose(api.info.description),
    ...api.tags.map((tag) => section(tag.name, operations.filter((operation) => operation.tags.includes(tag.name)))),
    problems(api["x-problems"] ?? []));
  document.getElementById("contents").replaceChildren(...contents(api, operations));
  document.getElementById("search").addEventListener("input", (event) => find(event.target.value));
  window.addEventListener("hashchange", show);
  show();
}

function listed(api) {
  return Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ ...item[method], method, path })));
}

function section(tag, operations) {
  return element("section", { "data-group": tag }, element("h2", {}, tag), operations.map((operation) => {
    const made = operationElement(operation.method, operation.path, operation);
    made.dataset.words = [operation.method, operation.path, operation.summary, operation.description, operation["x-access"]].join(" ").toLowerCase();
    return made;
  }));
}

function contents(api, operations) {
  return [...api.tags.flatMap((tag) => [
    element("h2", {}, tag.name),
    element("ul", {}, operations.filter((operation) => operation.tags.includes(tag.name)).map((operation) =>
      element("li", {}, element("a", { href: `#op-${operation.operationId}` }, operation.summary)))),
  ]), element("h2", {}, "Problems"), element("ul", {}, element("li", {}, element("a", { href: "#problems" }, "All kinds of problem")))];
}

function problems(all) {
  const rows = all.map((problem) => element("tr", { id: `problem-${problem.code}`, "data-words": `${problem.code} ${problem.meaning}`.toLowerCase(), tabindex: "-1" },
    element("td", {}, element("code", {}, problem.code)), element("td", {}, problem.statuses.join(", ")), element("td", {}, inline(problem.meaning))));
  return element("section", { id: "problems" }, element("h2", {}, "Problems"), table(["Code", "Status", "Meaning"], rows));
}

function find(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const found of document.querySelectorAll("[data-words]")) found.hidden = !words.every((word) => found.dataset.words.includes(word));
  for (const group of document.querySelectorAll("main section")) group.hidden = !group.querySelector("[data-words]:not([hidden])");
}

function show() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView();
}

start().catch((error) => {
  document.getElementById("content").replaceChildren(element("p", { role: "alert" }, `The API could not be read: ${error.message}`));
});
