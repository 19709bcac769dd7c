// Organizations, for those who run the service: registering and naming one, its quotas, its removal.

import { ask } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { say } from "../../core/messages.js";
import { remember } from "../../core/router.js";
import { current, refusal } from "../../core/session.js";
import { action } from "../../parts/action.js";
import { confirmed } from "../../parts/dialog.js";
import { field, Form } from "../../parts/form.js";
import { card, nothing, page } from "../../parts/page.js";
import { changeQuotas } from "../quotas/form.js";

const ADMIN = "/api/admin/organizations";
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LEAD = "For platform administrators. An organization is known by its id, which is in the token of each of its members.";

export async function show({ query }) {
  const why = refusal("platform");
  if (why) return page("Organizations", { lead: LEAD }, nothing(`${why} Whoever runs this service can give you such a token.`));
  const id = field({ name: "id", label: "Id of the organization", required: true, value: query.id ?? current()?.organizationId ?? "", help: "A UUID, such as `5eed0000-0000-4000-8000-000000000001`." });
  const name = field({ name: "name", label: "Name", required: true, maxlength: 200, help: "An organization that is not known yet is registered with it." });
  const organizationId = () => {
    const given = id.read().trim();
    const isId = ID.test(given);
    id.complain(isId ? null : "This is not the id of an organization: it is a UUID.");
    if (!isId) id.control.focus();
    else remember({ id: given });
    return isId ? given : null;
  };
  const naming = new Form([name], { action: "Save the name", submit: async () => {
    const given = organizationId();
    if (given === null) return;
    const { document } = await ask("PUT", `${ADMIN}/${given}`, { body: { name: name.read().trim() } });
    say(`The organization is called ${document.name}.`);
  } });
  const invent = element("button", { type: "button", class: "plain", onclick: () => {
    id.control.value = crypto.randomUUID();
    id.complain(null);
    name.control.focus();
  } }, "Make an id for a new one");
  const quotas = action("Change its quotas", { needs: "platform", tone: "plain", run: () => withId(organizationId(), (given) => changeQuotas(given, () => {})) });
  const removal = action("Remove it", { needs: "platform", tone: "plain danger", run: () => withId(organizationId(), remove) });
  return page("Organizations", { lead: LEAD }, element("div", { class: "stack narrow" },
    card("Which organization", id.element, element("div", { class: "actions" }, invent)),
    card("Name", naming.element),
    card("Quotas", element("p", {}, "What it may have and do, where that is to be other than the installation has it."), element("div", { class: "actions" }, quotas)),
    card("Removal", element("p", {}, "Its keys are destroyed, and everything that is kept of it beside its log is forgotten. Nothing brings it back."), element("div", { class: "actions" }, removal))));
}

const withId = (id, run) => id === null ? null : run(id);

async function remove(id) {
  const typed = field({ name: "again", label: "Type the id again", required: true });
  const done = await confirmed("Remove the organization?", [
    element("p", {}, "Providers, models, access keys, figures of use and everything else of ", element("code", {}, id), " go at once and for ever. Its log stays verifiable; whoever writes for it afterwards is refused."), typed.element], {
    action: "Remove it for ever",
    run: async () => {
      if (typed.read().trim() !== id) throw new Error("The id is not the same.");
      await ask("DELETE", `${ADMIN}/${id}`);
      return true;
    },
  });
  if (done) say("The organization was removed.");
}
