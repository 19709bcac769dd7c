// Signing in: with the identity provider, with a token that is pasted, or with the one-time code of the link that
// `make run` prints.

import { ask } from "../core/api.js";
import { element, replace } from "../core/elements.js";
import { hasAccounts, read, signInAddress } from "../core/provider-session.js";
import { signIn, UnusableToken } from "../core/session.js";
import { field, Form } from "../parts/form.js";
import { signInForm } from "./account/sign-in-form.js";

export function showSignIn(why) {
  document.title = "Sign in – Modelbook";
  const token = field({ name: "token", label: "Token", type: "password", required: true, autocomplete: "off",
    help: "A signed token (JWT) of your organization. It stays in this tab, and is gone when you sign out or close it." });
  const form = new Form([token], { action: "Sign in", submit: () => enter(form, token) });
  const provider = element("div", { class: "provider-sign-in" });
  const ways = element("details", { open: true }, element("summary", { hidden: true }, "Sign in with a token"), form.element,
    element("p", { class: "quiet" }, "For the demonstration, ", element("code", {}, "make run"), " prints a link and a token. ",
      "Elsewhere an administrator gives you one, or ", element("code", {}, "modelbook token"), " makes it."));
  replace(document.getElementById("main"), element("div", { class: "sign-in" },
    element("h1", {}, "Sign in"),
    why ? element("p", { class: "notice bad", role: "alert" }, why) : null,
    provider, ways,
    element("p", { class: "quiet" }, element("a", { href: "api/docs" }, "Documentation of the API"))));
  token.control.focus();
  offerOthers(provider, ways);
}

// Where people have accounts here, or the operator has set up an identity provider, a token is the second way.
async function offerOthers(place, ways) {
  if (signInAddress() === null && !hasAccounts()) await read().catch(() => {});
  const address = signInAddress();
  if (!place.isConnected || (address === null && !hasAccounts())) return;
  ways.open = false;
  ways.firstElementChild.hidden = false;
  if (hasAccounts()) {
    const form = signInForm();
    place.prepend(address === null ? form.element : element("details", {}, element("summary", {}, "Sign in with a passphrase or a passkey"), form.element));
    if (address === null) form.control.focus();
  }
  if (address === null) return;
  const link = element("a", { class: "button", href: address }, "Sign in");
  place.prepend(link);
  link.focus();
}

// The identity provider may still know the browser, and would let the next person in without a question.
export function offerProviderSignOut(address) {
  const place = document.querySelector(".provider-sign-in");
  if (address === null || !place) return;
  place.append(element("p", { class: "notice", role: "status" }, "You are signed out here. On a shared computer, ",
    element("a", { href: address }, "sign out of your identity provider"), " too."));
}

// In a window of its own, while a page waits for whoever was signed in to an account.
export function showSignInWindow(done) {
  document.title = "Sign in – Modelbook";
  document.body.classList.add("signed-out");
  const form = signInForm({ done });
  replace(document.getElementById("main"), element("div", { class: "sign-in" }, element("h1", {}, "Sign in again"), form.element));
  form.control.focus();
}

export function showSignedIn() {
  document.title = "Signed in – Modelbook";
  document.body.classList.add("signed-out");
  replace(document.getElementById("main"), element("div", { class: "sign-in" },
    element("h1", {}, "You are signed in"),
    element("p", {}, "Close this window and go on where you were, or ", element("a", { href: "./" }, "open the console"), ".")));
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
  history.replaceState(null, "", "#/overview");
  try {
    const { document } = await ask("POST", "/console/sign-in", { body: { code } });
    signIn(document.token);
    return null;
  } catch (error) {
    return error.message;
  }
}
