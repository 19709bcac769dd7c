// How types of events are called.

import { words } from "../../core/format.js";

export const eventName = (type) => {
  const [about, what] = type.split(".");
  return `${about.charAt(0).toUpperCase()}${words(about.slice(1))} ${words(what ?? "")}`;
};
