// Asks who is signed in, and for the overview where that is shown, before the scripts that need it have come.

import { askAhead } from "./core/ahead.js";
import { get } from "./core/api.js";
import { OVERVIEW } from "./core/api-paths.js";
import { preference } from "./core/preferences.js";
import { askForSession } from "./core/provider-session.js";
import { current, restore } from "./core/session.js";

const [path] = location.hash.slice(1).split("?");

function begin() {
  restore();
  const session = current() ? null : askAhead("session", askForSession);
  if (path === "" || path === "/" || path === "/overview") askAhead("overview", () => overview(session));
}

// The service refuses an organization that is not that of the session any more.
async function overview(session) {
  const organizationId = session ? preference("organization") ?? (await session).document.session?.organizationId : current().organizationId;
  if (!organizationId) throw new Error("There is no organization to show.");
  return get(OVERVIEW, { organizationId });
}

// Nobody is signed in, or somebody else is about to be.
if (!path.startsWith("/sign") && !path.startsWith("/invitation")) begin();
