// Adding and editing a webhook.

import { ask } from "../../core/api.js";
import { WEBHOOKS } from "../../core/api-paths.js";
import { say } from "../../core/messages.js";
import { openDialog } from "../../old/dialog.js";
import { field, Form } from "../../old/form.js";
import { saved } from "../../old/merge.js";
import { showSecret } from "../keys/secret.js";

export const FORMATS = [["json", "JSON, signed"], ["slack", "Text, for Slack"]];

const USUAL = ["provider.health-changed", "model.retirement-approaching", "model.price-changed", "access-key.expiry-approaching", "access-key.budget-threshold-reached", "organization.budget-threshold-reached"];

export async function addWebhook(done) {
  new WebhookForm(null, done);
}

export async function editWebhook(webhook, done) {
  new WebhookForm(webhook, done);
}

class WebhookForm {
  constructor(webhook, done) {
    this.webhook = webhook;
    this.done = done;
    this.form = new Form([], { action: webhook ? "Save" : "Add the webhook", submit: () => this.#save() });
    this.#draw(webhook ?? { topics: USUAL });
    this.dialog = openDialog(webhook ? `Edit ${webhook.name}` : "Add a webhook", this.form.element);
  }

  #draw(values) {
    this.name = field({ name: "name", label: "Name", value: values.name ?? "", required: true, maxlength: 200, help: "Who is told, such as a team or a channel." });
    this.url = field({ name: "url", label: "Address", type: "url", required: !this.webhook, maxlength: 2000, help: this.webhook ? `It is not shown again. Empty: the one at \`${values.host}\` stays.` : "A public https address. It is kept sealed and not shown again." });
    this.format = field({ name: "format", label: "Format", type: "choice", choices: FORMATS, value: values.format ?? "json" });
    this.topics = field({ name: "topics", label: "Topics", type: "textarea", rows: 7, required: true, value: values.topics.join("\n"), help: "One a line: a type of event, a group such as `provider.*`, or `*` for all." });
    this.form.setFields([this.name, this.url, this.format, this.topics]);
  }

  #written() {
    const topics = this.topics.read().split("\n").map((line) => line.trim()).filter(Boolean);
    return { name: this.name.read().trim(), format: this.format.read(), topics: [...new Set(topics)].toSorted() };
  }

  async #save() {
    const document = this.webhook ? await this.#change() : (await ask("POST", WEBHOOKS, { body: { ...this.#written(), url: this.url.read().trim() } })).document;
    if (!document) return;
    this.dialog.close();
    if (this.webhook) say(`${document.name} was saved.`);
    else showSecret(document, `${document.name} was added`, "The secret", "Copy the secret now: with it the receiver verifies messages. It cannot be shown again; who loses it rotates it.");
    this.done(document);
  }

  async #change() {
    const url = this.url.read().trim();
    return saved(`${WEBHOOKS}/${this.webhook.id}`, writable(this.webhook), this.#written(), {
      flat: writable,
      patch: (change) => url ? { ...change, url } : change,
      reload: (theirs) => {
        this.webhook = { ...this.webhook, ...theirs };
        this.#draw(this.webhook);
      },
    });
  }
}

// What the form writes of a webhook, as the form writes it.
const writable = ({ name, revision, format, topics }) => ({ name, revision, format, topics });
