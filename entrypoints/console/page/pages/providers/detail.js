// One provider: how it is, its checks, its history.

import { get } from "../../core/api.js";
import { milliseconds, number, UNKNOWN, value, words } from "../../core/format.js";
import { providerTypes, PROVIDERS } from "../../core/api-paths.js";
import { go, href, refresh } from "../../core/router.js";
import { html } from "../../core/view.js";
import { Action } from "../../parts/action.js";
import { copyable } from "../../parts/copy.js";
import { enabled, health, keyHint, stamp } from "../../parts/badges.js";
import { failure, removed } from "../../parts/failure.js";
import { markOf } from "../../parts/mark.js";
import { card, facts, nothing, page } from "../../parts/page.js";
import { renewWith } from "../../parts/follow-changes.js";
import { Table } from "../../parts/table.js";
import { tabs } from "../../parts/tabs.js";
import { toggle } from "../../parts/toggle.js";
import { history } from "../history/history.js";
import { editProvider } from "./form.js";
import { test } from "./list.js";
import { removeProvider } from "./remove.js";

const CHECKS = 50;

export async function show({ params, query, signal }) {
  const path = `${PROVIDERS}/${params.id}`;
  const back = ["/providers", "Providers"];
  let provider;
  let types;
  let news;
  try {
    [provider, types] = await Promise.all([get(path, {}, signal), providerTypes()]);
    news = renewWith([provider], signal);
  } catch (error) {
    return page("Provider", { back }, error.status === 404 ? [removed("provider"), await history(path, null, { needs: "admin", signal })] : failure(error, () => refresh()));
  }
  const again = () => refresh({ focus: false });
  const actions = html`
    <${Action} needs="editor" tone="plain" run=${() => test(provider, again)}>Test<//>
    <${Action} needs="admin" tone="plain" run=${() => editProvider(provider, again)}>Edit<//>
    ${toggle(provider, path, { needs: "admin", done: again })}
    <${Action} needs="admin" tone="plain danger" run=${() => removeProvider(provider, () => go("/providers"))}>Remove<//>`;
  const type = types.find((each) => each.name === provider.providerType);
  return page(provider.name, { back, actions, lead: type?.label ?? provider.providerType, mark: markOf(provider, type?.label ?? provider.providerType) }, news, await tabs([
    ["overview", "Overview", () => overview(provider, type, path, signal)],
    ["checks", "Checks", () => checks(path, signal)],
    ["history", "History", () => history(path, provider, { needs: "admin", reverted: again, signal })],
  ], query.tab));
}

async function overview(provider, type, path, signal) {
  const { data: [latest] } = await get(`${path}/health`, { limit: 1 }, signal).catch(() => ({ data: [] }));
  return html`<div class="columns">${connection(provider, type)}${condition(provider, latest)}</div>`;
}

function connection(provider, type) {
  const settings = Object.entries(provider.settings).map(([name, set]) => [type?.fields.find((field) => field.name === name)?.label ?? name, value(set)]);
  return card("Connection", facts([
    ["Endpoint", copyable(provider.endpoint, "the endpoint"), "whole"],
    ["Key", provider.apiKey ? html`${keyHint(provider.apiKey)}<small>version ${provider.apiKey.version}</small>` : "none"],
    ["Extra headers", provider.extraHeaders.length ? provider.extraHeaders.join(", ") : "none"],
    ["Key set", provider.apiKey ? stamp(provider.apiKey.setAt) : UNKNOWN],
    ...settings,
    ["Added", stamp(provider.createdAt)],
    ["Changed", html`${stamp(provider.updatedAt)}<small>revision ${number(provider.revision)}</small>`],
    ["Id", copyable(provider.id, "the id"), "whole"],
  ]));
}

function condition(provider, latest) {
  return card("Condition", html`<p class="badges">${health(provider.healthStatus)}${enabled(provider.isEnabled)}</p>
    ${latest ? html`<p>${latest.message}${latest.hint ? ` ${latest.hint}` : ""}</p>` : html`<p class="quiet">This provider has not been checked yet. Test it to see whether it answers.</p>`}
    ${facts([["Last check", stamp(provider.lastHealthCheck, "never")], ["Latency", milliseconds(latest?.responseTimeMs)], ["Models offered", number(latest?.modelCount)]])}
    <p class="actions">
      <a class="button plain" href=${href("/models", { providerId: provider.id })}>Registered models</a>
      <a class="button plain" href=${href("/discover", { providers: provider.id })}>Discover what it offers</a>
    </p>`);
}

const CHECK_COLUMNS = [
  { head: "When", cell: (check) => stamp(check.checkedAt) },
  { head: "Found", cell: (check) => health(check.status) },
  { head: "What", cell: (check) => html`${check.message}<small>${check.hint ?? words(check.category)}</small>` },
  { head: "Time", numeric: true, cell: (check) => milliseconds(check.responseTimeMs) },
  { head: "Models", numeric: true, cell: (check) => number(check.modelCount) },
];

async function checks(path, signal) {
  try {
    const { data } = await get(`${path}/health`, { limit: CHECKS }, signal);
    if (data.length === 0) return nothing("This provider has not been checked yet.");
    return html`<${Table} columns=${CHECK_COLUMNS} rows=${data} caption="Recent checks, the newest first" />`;
  } catch (error) {
    return failure(error);
  }
}
