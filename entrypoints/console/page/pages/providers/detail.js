// One provider: how it is, its checks, its history.

import { get } from "../../core/api.js";
import { element } from "../../core/elements.js";
import { milliseconds, number, UNKNOWN, value, words } from "../../core/format.js";
import { providerTypes, PROVIDERS } from "../../core/api-paths.js";
import { go, href, refresh } from "../../core/router.js";
import { action } from "../../old/action.js";
import { copyable } from "../../old/copy.js";
import { enabled, health, keyHint, stamp, when } from "../../old/badges.js";
import { failure, removed } from "../../old/failure.js";
import { card, facts, nothing, page } from "../../old/page.js";
import { renewWith } from "../../old/follow-changes.js";
import { table } from "../../old/table.js";
import { tabs } from "../../old/tabs.js";
import { toggle } from "../../old/toggle.js";
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
  try {
    [provider, types] = await Promise.all([get(path, {}, signal), providerTypes()]);
    renewWith([provider], signal);
  } catch (error) {
    return page("Provider", { back }, error.status === 404 ? [removed("provider"), await history(path, null, { needs: "admin", signal })] : failure(error, () => refresh()));
  }
  const again = () => refresh({ focus: false });
  const actions = [
    action("Test", { needs: "editor", tone: "plain", run: () => test(provider, again) }),
    action("Edit", { needs: "admin", tone: "plain", run: () => editProvider(provider, again) }),
    toggle(provider, path, { needs: "admin", done: again }),
    action("Remove", { needs: "admin", tone: "plain danger", run: () => removeProvider(provider, () => go("/providers")) }),
  ];
  const type = types.find((each) => each.name === provider.providerType);
  return page(provider.name, { back, actions, lead: type?.label ?? provider.providerType }, await tabs([
    ["overview", "Overview", () => overview(provider, type, path, signal)],
    ["checks", "Checks", () => checks(path, signal)],
    ["history", "History", () => history(path, provider, { needs: "admin", reverted: () => refresh({ focus: false }), signal })],
  ], query.tab));
}

async function overview(provider, type, path, signal) {
  const { data: [latest] } = await get(`${path}/health`, { limit: 1 }, signal).catch(() => ({ data: [] }));
  return element("div", { class: "columns" }, connection(provider, type), condition(provider, latest));
}

function connection(provider, type) {
  const settings = Object.entries(provider.settings).map(([name, set]) => [type?.fields.find((field) => field.name === name)?.label ?? name, value(set)]);
  return card("Connection", facts([
    ["Endpoint", copyable(provider.endpoint, "the endpoint"), "whole"],
    ["Key", provider.apiKey ? [keyHint(provider.apiKey), element("small", {}, `version ${provider.apiKey.version}`)] : "none"],
    ["Extra headers", provider.extraHeaders.length ? provider.extraHeaders.join(", ") : "none"],
    ["Key set", provider.apiKey ? when(provider.apiKey.setAt) : UNKNOWN],
    ...settings,
    ["Added", stamp(provider.createdAt)],
    ["Changed", [stamp(provider.updatedAt), element("small", {}, `revision ${number(provider.revision)}`)]],
    ["Id", copyable(provider.id, "the id"), "whole"],
  ]));
}

function condition(provider, latest) {
  return card("Condition", element("p", { class: "badges" }, health(provider.healthStatus), enabled(provider.isEnabled)),
    latest ? element("p", {}, latest.message, latest.hint ? ` ${latest.hint}` : "") : element("p", { class: "quiet" }, "This provider has not been checked yet. Test it to see whether it answers."),
    facts([["Last check", when(provider.lastHealthCheck)], ["Latency", milliseconds(latest?.responseTimeMs)], ["Models offered", number(latest?.modelCount)]]),
    element("p", { class: "actions" },
      element("a", { class: "button plain", href: href("/models", { providerId: provider.id }) }, "Registered models"),
      element("a", { class: "button plain", href: href("/discover", { providers: provider.id }) }, "Discover what it offers")));
}

async function checks(path, signal) {
  try {
    const { data } = await get(`${path}/health`, { limit: CHECKS }, signal);
    if (data.length === 0) return nothing("This provider has not been checked yet.");
    return table([
      { head: "When", cell: (check) => stamp(check.checkedAt) },
      { head: "Found", cell: (check) => health(check.status) },
      { head: "What", cell: (check) => [check.message, element("small", {}, check.hint ?? words(check.category))] },
      { head: "Time", numeric: true, cell: (check) => milliseconds(check.responseTimeMs) },
      { head: "Models", numeric: true, cell: (check) => number(check.modelCount) },
    ], data, { caption: "Recent checks, the newest first" });
  } catch (error) {
    return failure(error);
  }
}
