// Adding and editing a provider: drawn from its type, tested before it is kept, merged when two edit at once.

import { ask } from "../../core/api.js";
import { say } from "../../core/messages.js";
import { providerTypes, PROVIDERS } from "../../core/api-paths.js";
import { refusal } from "../../core/session.js";
import { html, useLayoutEffect, useRef, useState } from "../../core/view.js";
import { patchBetween } from "../../parts/changes.js";
import { openDialog } from "../../parts/dialog.js";
import { Field, Form } from "../../parts/form.js";
import { headersField, headersOf } from "../../parts/header-lines.js";
import { saved } from "../../parts/merge.js";
import { report } from "../../parts/connection-report.js";
import { settingFields, settingsOf } from "./settings.js";

export const addProvider = async (done) => open(await providerTypes(), null, done);

export const editProvider = async (provider, done) => open(await providerTypes(), provider, done);

function open(types, provider, done) {
  openDialog(provider ? `Edit ${provider.name}` : "Add a provider", ({ close }) => html`<${ProviderForm} types=${types} first=${provider} close=${close} done=${done} />`);
}

function ProviderForm({ types, first, close, done }) {
  const [provider, setProvider] = useState(first);
  const [kind, setKind] = useState(first?.providerType ?? types[0].name);
  const [outcome, setOutcome] = useState(null);
  const [typeName, presetName] = kind.split(" ");
  const type = types.find((each) => each.name === typeName) ?? types[0];
  const preset = type.presets.find((each) => each.name === presetName) ?? null;
  const known = provider ?? { endpoint: preset?.endpoint, settings: preset?.settings };

  const written = (values) => {
    const headers = headersOf(values.extraHeaders);
    return {
      name: values.name.trim(), endpoint: values.endpoint.trim() || null, settings: settingsOf(type, values), isEnabled: values.isEnabled,
      ...(values.apiKey ? { apiKey: values.apiKey } : {}), ...(headers ? { extraHeaders: headers } : {}),
    };
  };

  const test = (form) => {
    form.clear();
    setOutcome(html`<p class="notice" aria-busy="true">Testing: at most 2 seconds…</p>`);
    const { apiKey, extraHeaders, endpoint, settings } = written(form.values);
    const unchanged = provider && !apiKey && !extraHeaders && (endpoint ?? type.defaultEndpoint) === provider.endpoint;
    return form.busy(async () => {
      try {
        const body = { providerType: type.name, settings, endpoint: endpoint ?? undefined, apiKey, extraHeaders };
        const tested = unchanged ? await ask("POST", `${PROVIDERS}/${provider.id}/test`) : await ask("POST", `${PROVIDERS}/test`, { body });
        setOutcome(html`<${Tested} found=${tested.document} />`);
      } catch (error) {
        setOutcome(null);
        throw error;
      }
    });
  };

  const register = async (given) => (await ask("POST", PROVIDERS, { body: { ...given, providerType: type.name, endpoint: given.endpoint ?? undefined }, once: true })).document;
  const change = (given) => saved(`${PROVIDERS}/${provider.id}`, provider, { ...given, endpoint: given.endpoint ?? type.defaultEndpoint }, { patch: patchOf, reload: setProvider });
  const submit = async (values) => {
    const document = await (provider ? change : register)(written(values));
    if (!document) return;
    close();
    say(provider ? `${document.name} was saved.` : `${document.name} was added.`);
    done(document);
  };

  const choose = (event) => {
    setKind(event.target.value);
    setOutcome(null);
  };
  const reason = refusal("admin");
  const tester = (form) => html`<button type="button" class="plain" title=${reason} aria-disabled=${reason ? "true" : null} onclick=${() => reason || test(form)}>Test connection</button>`;
  const revision = provider?.revision ?? 0;
  return html`<${Form} action=${provider ? "Save" : "Add the provider"} isTwo submit=${submit} extra=${tester}>
      <${Field} name="providerType" label="Type" type="choice" value=${kind} choices=${kindsOf(types)} disabled=${Boolean(provider)} onchange=${choose} />
      <${Field} key=${`name ${revision}`} name="name" label="Name" value=${known.name ?? ""} required maxlength="200" help="Your organization's name for this account." />
      <${OfType} key=${`${kind} ${revision}`} type=${type} preset=${preset} provider=${provider} known=${known} />
    <//>
    <div aria-live="polite">${outcome}</div>`;
}

const kindsOf = (types) => types.flatMap((type) => [[type.name, type.label], ...type.presets.map((preset) => [`${type.name} ${preset.name}`, `${preset.label} (${type.label})`])]);

// The fields that another type begins again.
function OfType({ type, preset, provider, known }) {
  const hint = provider?.apiKey?.hint;
  const kept = hint ? `Leave it empty to keep the key ${hint}. A new key replaces it at once.` : "The key is encrypted and never shown again.";
  return html`
    <${Field} name="apiKey" label=${provider ? "New key" : "Key"} type="password" required=${(preset?.needsKey ?? type.needsKey) && !provider} autocomplete="off" help=${[type.keyHelp, kept].filter(Boolean).join(" ")} />
    <${Field} name="endpoint" label="Endpoint" type="url" value=${known.endpoint ?? ""} required=${!type.defaultEndpoint} placeholder=${type.defaultEndpoint ?? "https://…"}
      help=${type.defaultEndpoint ? "Leave it empty to use the default endpoint." : "The base address of the service."} />
    ${headersField(provider?.extraHeaders ?? [])}
    ${settingFields(type, known.settings)}
    <${Field} name="isEnabled" label="Enabled" type="check" value=${known.isEnabled ?? true} />`;
}

function Tested({ found }) {
  const place = useRef(null);
  useLayoutEffect(() => place.current.scrollIntoView({ block: "nearest" }), [found]);
  return html`<div ref=${place}>${report(found)}</div>`;
}

function patchOf(change, before) {
  return change.settings ? { ...change, settings: patchBetween(before.settings, change.settings) } : change;
}
