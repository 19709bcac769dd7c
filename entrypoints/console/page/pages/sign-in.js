// Signing in: with a token that is pasted, or with the one-time code of the link that `make run` prints.

import { ask } from "../core/api.js";
import { element, replace } from "../core/elements.js";
import { signIn, UnusableToken } from "../core/session.js";
import { field, Form } from "../parts/form.js";

export function showSignIn(why) {
  document.title = "Sign in – Modelbook";
  const token = field({ name: "token", label: "Token", type: "password", required: true, autocomplete: "off",
    help: "A signed token (JWT) of your organization. It stays in this tab, and is gone when you sign out or close it." });
  const form = new Form([token], { action: "Sign in", submit: () => enter(form, token) });
  replace(document.getElementById("main"), element("div", { class: "sign-in" },
    element("h1", {}, "Sign in"),
    why ? element("p", { class: "notice bad", role: "alert" }, why) : null,
    form.element,
    element("p", { class: "quiet" }, "For the demonstration, ", element("code", {}, "make run"), " prints a link and a token. ",
      "Elsewhere an administrator gives you one, or ", element("code", {}, "modelbook token"), " makes it."),
    element("p", { class: "quiet" }, element("a", { href: "api/docs" }, "Documentation of the API"))));
  token.control.focus();
}

function enter(form, token) {
  try {
    signIn(token.control.value);
  } catch (error) {
    if (!(error instanceof UnusableToken)) throw error;
    form.refuse([{ pointer: "/token", message: error.message }]);
  }
}

// Exchanges the code in the fragment, which browsers do not send, for a token. Returns what is wrong, or null.
export async function useCode() {
  const code = location.hash.split("/").pop();
  history.replaceState(null, "", "#/providers");
  try {
    const { document } = await ask("POST", "/console/sign-in", { body: { code } });
    signIn(document.token);
    return null;
  } catch (error) {
    return error.message;
  }
}
