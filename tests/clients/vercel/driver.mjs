// The Vercel AI SDK, which carries out lines of JSON; the other end is remote.py.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const STEPS = 4;
const City = z.object({ name: z.string(), population: z.int(), districts: z.array(z.string()) });

globalThis.AI_SDK_LOG_WARNINGS = false;

const say = (document) => process.stdout.write(`${JSON.stringify(document)}\n`);

/** The models of an API, by name. */
function modelsAt({ url, token, api }) {
  if (api === "messages") {
    const anthropic = createAnthropic({ baseURL: `${url}/v1`, apiKey: token });
    return { language: (model) => anthropic(model) };
  }
  if (api === "responses") {
    const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: token });
    return { language: (model) => openai.responses(model) };
  }
  const compatible = createOpenAICompatible({
    name: "modelbook",
    baseURL: `${url}/v1`,
    apiKey: token,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return { language: (model) => compatible(model), embedding: (model) => compatible.textEmbeddingModel(model) };
}

/** How each API is asked to think. */
function thinking(model, effort) {
  // Nothing is kept here that could be referred to.
  if (!effort) return { providerOptions: { openai: { store: false } } };
  const isNewest = model.startsWith("Anthropic 5");
  return {
    providerOptions: {
      modelbook: { reasoningEffort: effort },
      openai: {
        reasoningEffort: effort,
        reasoningSummary: "auto",
        // It knows models that reason by their names.
        forceReasoning: true,
        store: false,
        include: ["reasoning.encrypted_content"],
      },
      anthropic: isNewest
        ? { thinking: { type: "adaptive", display: "summarized" }, effort }
        : { thinking: { type: "enabled", budgetTokens: 2048 } },
    },
  };
}

/** Run a prompt, whole or streamed, to its end. */
async function run(isStreamed, options) {
  if (!isStreamed) return generateText({ maxRetries: 0, ...options });
  const streamed = streamText({ maxRetries: 0, onError: () => undefined, ...options });
  for await (const part of streamed.fullStream) if (part.type === "error") throw part.error;
  return {
    text: await streamed.text,
    finishReason: await streamed.finishReason,
    usage: await streamed.usage,
    reasoningText: await streamed.reasoningText,
    steps: await streamed.steps,
  };
}

function operationsAt(place) {
  const { language, embedding } = modelsAt(place);
  const resultOf = ({ text, finishReason, usage }) => ({
    text,
    finish: finishReason,
    tokens: [usage.inputTokens, usage.outputTokens],
  });
  const shown = (text, part) => [{ role: "user", content: [{ type: "text", text }, part] }];
  const operations = {
    chat: async ({ model, text }) => resultOf(await run(false, { model: language(model), prompt: text })),
    stream: async ({ model, text }) => resultOf(await run(true, { model: language(model), prompt: text })),
    tools: async ({ model, text, tools, results, choice, effort, is_streamed }) => {
      const offered = tools.map(({ name, description, parameters }) => [
        name,
        tool({
          description,
          inputSchema: jsonSchema(parameters),
          ...(choice ? {} : { execute: async () => results[name] }),
        }),
      ]);
      const answer = await run(is_streamed, {
        model: language(model),
        prompt: text,
        tools: Object.fromEntries(offered),
        stopWhen: stepCountIs(STEPS),
        ...(choice ? { toolChoice: { type: "tool", toolName: choice } } : {}),
        ...thinking(model, effort),
      });
      const steps = answer.steps.map((step) =>
        step.toolCalls.map(({ toolName, input }) => ({ name: toolName, arguments: input })),
      );
      return {
        steps: steps.filter((calls) => calls.length),
        text: answer.text,
        thoughts: answer.reasoningText ?? "",
      };
    },
    schema: async ({ model, text }) => {
      const answer = await generateText({
        maxRetries: 0,
        model: language(model),
        prompt: text,
        output: Output.object({ schema: City }),
        // It knows models that take a schema by their names.
        providerOptions: { anthropic: { structuredOutputMode: "outputFormat" } },
      });
      return { value: answer.output };
    },
    image: async ({ model, text, data }) =>
      resultOf(
        await run(false, {
          model: language(model),
          messages: shown(text, { type: "image", image: data, mediaType: "image/png" }),
        }),
      ),
    pdf: async ({ model, text, data }) =>
      resultOf(
        await run(false, {
          model: language(model),
          messages: shown(text, { type: "file", data, mediaType: "application/pdf", filename: "one.pdf" }),
        }),
      ),
    think: async ({ model, text, effort, is_streamed }) => {
      const answer = await run(is_streamed, { model: language(model), prompt: text, ...thinking(model, effort) });
      return { text: answer.text, thoughts: answer.reasoningText ?? "" };
    },
    leave: async ({ model, text }) => {
      const leaving = new AbortController();
      const streamed = streamText({
        model: language(model),
        prompt: text,
        maxRetries: 0,
        abortSignal: leaving.signal,
        onError: () => undefined,
      });
      for await (const part of streamed.fullStream) {
        if (part.type === "error") throw part.error;
        if (part.type === "text-delta") {
          leaving.abort();
          break;
        }
      }
      return {};
    },
  };
  if (embedding)
    operations.embed = async ({ model, texts }) => {
      const { embeddings } = await embedMany({ model: embedding(model), values: texts, maxRetries: 0 });
      return { vectors: embeddings };
    };
  return operations;
}

/** What a client sees of an error: the body that the server sent, in OpenAI's shape or Anthropic's. */
function seen(error) {
  let body = {};
  try {
    body = JSON.parse(error?.responseBody ?? "{}");
  } catch {
    // An error that is no JSON is shown by its words.
  }
  const facts = body.error ?? error?.error ?? error ?? {};
  const text = (value) => (typeof value === "string" ? value : null);
  return {
    status: error?.statusCode ?? null,
    code: text(facts.code) ?? text(facts.type),
    param: text(facts.param),
    message: text(facts.message) ?? text(error?.cause?.message)?.slice(0, 600) ?? text(error?.message) ?? JSON.stringify(error),
    raised: error?.name ?? typeof error,
  };
}

const { version } = JSON.parse(readFileSync(new URL("node_modules/ai/package.json", import.meta.url), "utf8"));
let operations;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const asked = JSON.parse(line);
  if (!operations) {
    operations = operationsAt(asked);
    say({ version, operations: Object.keys(operations) });
    continue;
  }
  operations[asked.operation](asked.arguments).then(
    (result) => say({ id: asked.id, result }),
    (error) => say({ id: asked.id, error: seen(error) }),
  );
}
