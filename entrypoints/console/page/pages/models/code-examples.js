// How a program uses a model: what to send, ready to be copied.

import { address } from "../../core/api.js";
import { href } from "../../core/router.js";
import { html, useRef } from "../../core/view.js";
import { copy } from "../../parts/copy.js";
import { icon } from "../../parts/icon.js";

const WORDS = "Say hello.";

export function codeExamples(model) {
  const base = `${location.origin}${address("/v1")}`;
  const examples = model.type === "embedding" ? embeddings(base, model.modelId) : chat(base, model.modelId);
  return html`<div class="stack">
    <p>Put an <a href=${href("/keys")}>access key</a> in the place of <code>MODELBOOK_KEY</code>. Programs written for OpenAI’s API need only the address and the key.</p>
    ${examples.map(([name, code]) => html`<${Snippet} name=${name} code=${code} />`)}
  </div>`;
}

function Snippet({ name, code }) {
  const shown = useRef(null);
  return html`<section class="card">
    <div class="card-head"><h2>${name}</h2><button type="button" class="plain" aria-label="Copy the ${name} example" onclick=${() => copy(code, shown.current)}>${icon("copy")}Copy</button></div>
    <pre tabindex="0" aria-label=${name}><code ref=${shown}>${code}</code></pre>
  </section>`;
}

// Names are JSON strings in all three languages; a shell takes text between single quotes as it is.
const quoted = (value) => JSON.stringify(value);
const shell = (value) => `'${JSON.stringify(value, null, 2).replaceAll("'", String.raw`'\''`)}'`;

const chat = (base, modelId) => [
  ["curl", `curl ${base}/chat/completions \\
  -H "Authorization: Bearer $MODELBOOK_KEY" \\
  -H "Content-Type: application/json" \\
  -d ${shell({ model: modelId, messages: [{ role: "user", content: WORDS }] })}`],
  ["Python", `import os
from openai import OpenAI

client = OpenAI(base_url=${quoted(base)}, api_key=os.environ["MODELBOOK_KEY"])
answer = client.chat.completions.create(
    model=${quoted(modelId)},
    messages=[{"role": "user", "content": ${quoted(WORDS)}}],
)
print(answer.choices[0].message.content)`],
  ["JavaScript", `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${quoted(base)}, apiKey: process.env.MODELBOOK_KEY });
const answer = await client.chat.completions.create({
  model: ${quoted(modelId)},
  messages: [{ role: "user", content: ${quoted(WORDS)} }],
});
console.log(answer.choices[0].message.content);`],
];

const embeddings = (base, modelId) => [
  ["curl", `curl ${base}/embeddings \\
  -H "Authorization: Bearer $MODELBOOK_KEY" \\
  -H "Content-Type: application/json" \\
  -d ${shell({ model: modelId, input: [WORDS] })}`],
  ["Python", `import os
from openai import OpenAI

client = OpenAI(base_url=${quoted(base)}, api_key=os.environ["MODELBOOK_KEY"])
answer = client.embeddings.create(model=${quoted(modelId)}, input=[${quoted(WORDS)}])
print(answer.data[0].embedding)`],
  ["JavaScript", `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${quoted(base)}, apiKey: process.env.MODELBOOK_KEY });
const answer = await client.embeddings.create({ model: ${quoted(modelId)}, input: [${quoted(WORDS)}] });
console.log(answer.data[0].embedding);`],
];
