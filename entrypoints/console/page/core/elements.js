// Makes elements. Text always goes in as text, so that nothing a provider or a person wrote can become markup.

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(attribute.slice(2), value);
    else if (value === true) made.setAttribute(attribute, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(attribute, value);
  }
  made.append(...present(children));
  return made;
}

export function replace(place, ...children) {
  place.replaceChildren(...present(children));
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

let counter = 0;

// An id for what another element must point at.
export const uniqueId = (stem) => `${stem}-${++counter}`;

// Descriptions that the API gives use `code`, and nothing else.
export function inline(text) {
  return String(text ?? "").split(/(`[^`]+`)/).filter(Boolean).map((part) => part.startsWith("`") ? element("code", {}, part.slice(1, -1)) : part);
}
