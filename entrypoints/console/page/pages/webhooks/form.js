// Adding and editing a webhook.

import { ask } from "../../core/api.js";
import { WEBHOOKS } from "../../core/api-paths.js";
import { say } from "../../core/messages.js";
import { html, useState } from "../../core/view.js";
import { openDialog } from "../../parts/dialog.js";
import { Field, Form } from "../../parts/form.js";
import { saved } from "../../parts/merge.js";
import { showSecret } from "../keys/secret.js";

export const FORMATS = [["json", "JSON, signed"], ["slack", "Text, for Slack"]];

const USUAL = ["provider.health-changed", "model.retirement-approaching", "model.price-changed", "access-key.expiry-approaching", "access-key.budget-threshold-reached", "organization.budget-threshold-reached"];

export const addWebhook = async (done) => open(null, done);

export const editWebhook = async (webhook, done) => open(webhook, done);

function open(webhook, done) {
  openDialog(webhook ? `Edit ${webhook.name}` : "Add a webhook", ({ close }) => html`<${WebhookForm} first=${webhook} close=${close} done=${done} />`);
}

function WebhookForm({ first, close, done }) {
  const [webhook, setWebhook] = useState(first);
  const add = async (values) => (await ask("POST", WEBHOOKS, { body: { ...written(values), url: values.url.trim() } })).document;
  const change = (values) => {
    const url = values.url.trim();
    return saved(`${WEBHOOKS}/${webhook.id}`, writable(webhook), written(values), {
      flat: writable,
      patch: (changed) => url ? { ...changed, url } : changed,
      reload: (theirs) => setWebhook({ ...webhook, ...theirs }),
    });
  };
  const submit = async (values) => {
    const document = await (webhook ? change : add)(values);
    if (!document) return;
    close();
    if (webhook) say(`${document.name} was saved.`);
    else showSecret(document, `${document.name} was added`, "The secret", "Copy the secret now: with it the receiver verifies messages. It cannot be shown again; if you lose it, rotate it.");
    done(document);
  };
  return html`<${Form} action=${webhook ? "Save" : "Add the webhook"} submit=${submit}><${Fields} key=${webhook?.revision} known=${webhook ?? { topics: USUAL }} isNew=${!webhook} /><//>`;
}

function Fields({ known, isNew }) {
  const addressHelp = isNew ? "A public https address. It is stored encrypted and not shown again." : `It is not shown again. Empty: the one at \`${known.host}\` stays.`;
  return html`
    <${Field} name="name" label="Name" value=${known.name ?? ""} required maxlength="200" help="The recipient, such as a team or a channel." />
    <${Field} name="url" label="Address" type="url" required=${isNew} maxlength="2000" help=${addressHelp} />
    <${Field} name="format" label="Format" type="choice" choices=${FORMATS} value=${known.format ?? "json"} />
    <${Field} name="topics" label="Topics" type="textarea" rows="7" required value=${known.topics.join("\n")} help="One per line: a type of event, a group such as \`provider.*\`, or \`*\` for all." />`;
}

function written({ name, format, topics }) {
  const lines = topics.split("\n").map((line) => line.trim()).filter(Boolean);
  return { name: name.trim(), format, topics: [...new Set(lines)].toSorted() };
}

// What the form writes of a webhook, as the form writes it.
const writable = ({ name, revision, format, topics }) => ({ name, revision, format, topics });
