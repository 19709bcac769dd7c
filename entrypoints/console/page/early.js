// Asks who is signed in, and for the overview where that is shown, before the scripts that need it have come.

import { prefetch } from "./core/prefetch.js";
import { get } from "./core/api.js";
import { OVERVIEW } from "./core/api-paths.js";
import { preference } from "./core/preferences.js";
import { askForSession } from "./core/provider-session.js";
import { current, restore } from "./core/session.js";

const [path] = location.hash.slice(1).split("?");
// The page has asked already, whoever it is for: a browser that kept the answer would give it to whoever asks next.
const session = askForSession();
session.catch(() => {});

function begin() {
  restore();
  if (!current()) prefetch("session", () => session);
  if (path !== "" && path !== "/" && path !== "/overview") return;
  prefetch("overview", overview);
  // It draws the chart.
  import("./vendor/uplot/uPlot-1.6.32.iife.min.js").catch(() => {});
}

// The service refuses an organization that is not that of the session any more.
async function overview() {
  const organizationId = current() ? current().organizationId : preference("organization") ?? (await session).document.session?.organizationId;
  if (!organizationId) throw new Error("There is no organization to show.");
  return get(OVERVIEW, { organizationId });
}

// Nobody is signed in yet, or somebody else is about to be.
if (!path.startsWith("/sign") && !path.startsWith("/invitation")) begin();
