// What a frontend does with the API, through a client made from the OpenAPI document: `runFlow(...)` goes from an empty
// organization to an answered prompt. It has to compile under the strictest settings, without a cast.

import createClient from "openapi-fetch";
import type { components, paths } from "./openapi.js";

type Problem = components["schemas"]["Problem"];
type Provider = components["schemas"]["Provider"];
type NewModel = components["schemas"]["NewModel"];
type Operation = components["schemas"]["BulkOperations"]["operations"][number];

export interface Place {
  url: string;
  token: string;
  endpoint: string;
  apiKey: string;
}

export type Outcome = Record<string, unknown>;

// An answer may come as JSON or as a stream of events; this client asks for JSON.
const clientOf = ({ url, token }: Place) =>
  createClient<paths, "application/json" | "application/problem+json">({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });

function sureOf<T>({ data, error }: { data?: T; error?: Problem }): T {
  if (data === undefined) throw new Error(error === undefined ? "There is no answer." : said(error));
  return data;
}

// The code tells the problems apart, and with it come its members.
export function said(problem: Problem): string {
  switch (problem.code) {
    case "stale-revision":
      return `now at revision ${problem.currentRevision ?? "?"}`;
    case "provider-has-models":
      return problem.dependants.map(({ modelId }) => modelId).join(", ");
    case "bulk-refused":
      return problem.failures.map(({ index, code }) => `${index}: ${code}`).join(", ");
    case "rate-limited":
      return `${problem.quota}: again in ${problem.retryAfterSeconds.toFixed()} s`;
    case "upstream-failure":
      return [problem.category, problem.hint ?? "", ...(problem.attempts ?? []).map(({ outcome }) => outcome)].join(" ");
    case "no-model-fits":
    case "model-out-of-use":
      return problem.candidates.flatMap(({ rules }) => rules.map(({ detail }) => detail)).join(" ");
    case "invalid-input":
      return problem.errors.map(({ pointer, message }) => `${pointer} ${message}`).join(", ");
    default:
      return problem.detail;
  }
}

const summary = ({ name, healthStatus, apiKey, lastHealthCheck }: Provider) =>
  [name, healthStatus, apiKey?.hint ?? "no key", lastHealthCheck ?? "never checked"].join(", ");

export async function runFlow(place: Place): Promise<Outcome> {
  const client = clientOf(place);
  const outcome: Outcome = {};

  const types = sureOf(await client.GET("/api/ai/provider-types"));
  outcome["types"] = types.data.map(({ name }) => name);
  const before = sureOf(await client.GET("/api/ai/providers", { params: { query: { limit: 10, sort: "-createdAt", includeTotal: true } } }));
  outcome["before"] = before.pagination.total ?? before.data.length;

  // What may be left out is left out.
  const provider = sureOf(await client.POST("/api/ai/providers", {
    params: { header: { "Idempotency-Key": "flow-1" } },
    body: { name: "From TypeScript", providerType: "openai", endpoint: place.endpoint, apiKey: place.apiKey },
  }));
  outcome["provider"] = summary(provider);

  const report = sureOf(await client.POST("/api/ai/providers/{id}/test", { params: { path: { id: provider.id } } }));
  outcome["report"] = { status: report.status, authenticated: report.authenticated, connectMs: report.timings.connectMs, remaining: report.rateLimit?.remainingRequests ?? null };

  const offered = sureOf(await client.GET("/api/ai/models/discover", { params: { query: { refresh: true } } }));
  outcome["failed"] = offered.providers.flatMap(({ error }) => (error === undefined ? [] : [error.detail]));
  const chosen = offered.data.find(({ providerModelId }) => providerModelId === "chat-latest");
  if (chosen === undefined) throw new Error("chat-latest is not on offer.");
  const price: number | null = chosen.pricing?.inputPer1kTokens ?? null;
  outcome["price"] = price;

  const wanted: NewModel = { providerId: provider.id, modelId: chosen.providerModelId };
  const created = await client.POST("/api/ai/models", { body: wanted });
  const model = sureOf(created);
  outcome["type"] = model.type satisfies components["schemas"]["Model"]["type"];

  const etag = created.response.headers.get("ETag") ?? "";
  const path = { id: model.id };
  const patched = sureOf(await client.PATCH("/api/ai/models/{id}", { params: { path, header: { "If-Match": etag } }, body: { name: "Renamed", maxTokens: null } }));
  outcome["name"] = patched.name;
  const stale = await client.PATCH("/api/ai/models/{id}", { params: { path, header: { "If-Match": etag } }, body: { name: "Too late" } });
  outcome["stale"] = stale.error === undefined ? null : said(stale.error);

  const operations: Operation[] = [{ op: "update", id: model.id, version: null }, { op: "enable", id: model.id }];
  const bulk = sureOf(await client.POST("/api/ai/models/bulk", { body: { operations } }));
  outcome["bulk"] = bulk.results.map(({ status, revision, error }) => error?.code ?? [status, revision]);

  const choice = sureOf(await client.POST("/api/ai/select", { body: { need: { capabilities: ["vision"], strategy: "cheapest" } } }));
  outcome["selected"] = choice.selected?.providerModelId ?? null;
  const answer = sureOf(await client.POST("/api/ai/generate", { body: { modelId: model.id, prompt: "Say hello.", config: { maxTokens: 20 } } }));
  outcome["answer"] = { text: answer.text, tokens: answer.usage.outputTokens, attempts: answer.attempts.length };
  const streamed = await client.POST("/api/ai/generate", { body: { modelId: model.id, prompt: "Say hello.", stream: true }, parseAs: "stream" });
  outcome["streamed"] = streamed.response.headers.get("Content-Type");
  await streamed.data?.cancel();

  const refused = await client.DELETE("/api/ai/providers/{id}", { params: { path: { id: provider.id }, query: { cascade: false } } });
  outcome["refused"] = refused.error === undefined ? null : said(refused.error);
  const audit = sureOf(await client.GET("/api/ai/audit", { params: { query: { aggregateId: model.id, limit: 5 } } }));
  outcome["audit"] = audit.data.map(({ type }) => type);
  return outcome;
}
