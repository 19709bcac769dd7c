// Adding and editing a provider: drawn from its type, tested before it is kept, merged when two edit at once.

import { ask } from "../../core/api.js";
import { element, replace } from "../../core/elements.js";
import { say } from "../../core/messages.js";
import { providerTypes, PROVIDERS } from "../../core/api-paths.js";
import { refusal } from "../../core/session.js";
import { patchBetween } from "../../old/changes.js";
import { openDialog } from "../../old/dialog.js";
import { field, Form } from "../../old/form.js";
import { headersField, headersOf } from "../../old/header-lines.js";
import { saved } from "../../old/merge.js";
import { report } from "../../old/report.js";
import { settingFields, settingsOf } from "./settings.js";

export async function addProvider(done) {
  new ProviderForm(await providerTypes(), null, done);
}

export async function editProvider(provider, done) {
  new ProviderForm(await providerTypes(), provider, done);
}

class ProviderForm {
  constructor(types, provider, done) {
    this.types = types;
    this.provider = provider;
    this.done = done;
    this.outcome = element("div", { "aria-live": "polite" });
    this.form = new Form([], { action: provider ? "Save" : "Add the provider", submit: () => this.#save(), extra: [this.#tester()] });
    this.form.body.classList.add("two");
    this.#draw(types.find((type) => type.name === provider?.providerType) ?? types[0], null, provider ?? {});
    this.dialog = openDialog(provider ? `Edit ${provider.name}` : "Add a provider", [this.form.element, this.outcome]);
  }

  #draw(type, preset, values) {
    this.type = type;
    this.preset = preset;
    const chosen = preset ? `${type.name} ${preset.name}` : type.name;
    this.kind = field({ name: "providerType", label: "Type", type: "choice", value: chosen, choices: this.#kinds(), disabled: Boolean(this.provider) });
    this.kind.control.addEventListener("change", () => this.#choose(this.kind.read()));
    this.name = field({ name: "name", label: "Name", value: values.name ?? "", required: true, maxlength: 200, help: "Your organization's name for this account." });
    this.key = this.#keyField(type, preset);
    this.endpoint = field({ name: "endpoint", label: "Endpoint", type: "url", value: values.endpoint ?? preset?.endpoint ?? "", required: !type.defaultEndpoint,
      placeholder: type.defaultEndpoint ?? "https://…", help: type.defaultEndpoint ? "Leave it empty to use the default endpoint." : "The base address of the service." });
    this.settings = settingFields(type, values.settings ?? preset?.settings);
    this.isEnabled = field({ name: "isEnabled", label: "Enabled", type: "check", value: values.isEnabled ?? true });
    this.headers = headersField(this.provider?.extraHeaders ?? []);
    this.form.setFields([this.kind, this.name, this.key, this.endpoint, this.headers, ...this.settings, this.isEnabled]);
  }

  #kinds() {
    return this.types.flatMap((type) => [[type.name, type.label], ...type.presets.map((preset) => [`${type.name} ${preset.name}`, `${preset.label} (${type.label})`])]);
  }

  #choose(kind) {
    const [typeName, presetName] = kind.split(" ");
    const type = this.types.find((each) => each.name === typeName);
    const name = this.name.read();
    this.#draw(type, type.presets.find((preset) => preset.name === presetName) ?? null, { name });
    this.kind.control.focus();
    replace(this.outcome);
  }

  #keyField(type, preset) {
    const isNeeded = (preset?.needsKey ?? type.needsKey) && !this.provider;
    const hint = this.provider?.apiKey?.hint;
    const kept = hint ? `Leave it empty to keep the key ${hint}. A new key replaces it at once.` : null;
    return field({ name: "apiKey", label: this.provider ? "New key" : "Key", type: "password", required: isNeeded, autocomplete: "off",
      help: [type.keyHelp, kept ?? "The key is encrypted and never shown again."].filter(Boolean).join(" ") });
  }

  #written() {
    const written = { name: this.name.read().trim(), endpoint: this.endpoint.read().trim() || null, settings: settingsOf(this.settings), isEnabled: this.isEnabled.read() };
    if (this.key.read()) written.apiKey = this.key.read();
    const headers = headersOf(this.headers.read());
    if (headers) written.extraHeaders = headers;
    return written;
  }

  #tester() {
    const reason = refusal("admin");
    return element("button", { type: "button", class: "plain", title: reason, "aria-disabled": reason ? "true" : null, onclick: () => reason || this.#test() }, "Test connection");
  }

  async #test() {
    this.form.clear();
    replace(this.outcome, element("p", { class: "notice", "aria-busy": "true" }, "Testing: at most 2 seconds…"));
    const { apiKey, extraHeaders, endpoint, settings } = this.#written();
    const unchanged = this.provider && !apiKey && !extraHeaders && (endpoint ?? this.type.defaultEndpoint) === this.provider.endpoint;
    await this.form.busy(async () => {
      try {
        const body = { providerType: this.type.name, settings, endpoint: endpoint ?? undefined, apiKey, extraHeaders };
        const tested = unchanged ? await ask("POST", `${PROVIDERS}/${this.provider.id}/test`) : await ask("POST", `${PROVIDERS}/test`, { body });
        replace(this.outcome, report(tested.document));
        this.outcome.scrollIntoView({ block: "nearest" });
      } catch (error) {
        replace(this.outcome);
        throw error;
      }
    });
  }

  async #save() {
    const document = this.provider ? await this.#change() : await this.#register();
    if (!document) return;
    this.dialog.close();
    say(this.provider ? `${document.name} was saved.` : `${document.name} was added.`);
    this.done(document);
  }

  async #register() {
    const written = this.#written();
    const body = { ...written, providerType: this.type.name, endpoint: written.endpoint ?? undefined };
    return (await ask("POST", PROVIDERS, { body, once: true })).document;
  }

  async #change() {
    const written = this.#written();
    written.endpoint ??= this.type.defaultEndpoint;
    return saved(`${PROVIDERS}/${this.provider.id}`, this.provider, written, {
      patch: patchOf,
      reload: (theirs) => {
        this.provider = theirs;
        this.#draw(this.type, null, theirs);
      },
    });
  }
}

function patchOf(change, before) {
  return change.settings ? { ...change, settings: patchBetween(before.settings, change.settings) } : change;
}
