// The API's types and capabilities of models, and labels for the sources of their facts.

import { html } from "../../core/view.js";

export const TYPES = ["language", "multimodal", "vision", "embedding", "image", "audio", "video", "moderation", "rerank", "unknown"];

// As in the catalogue; a provider's own list may bring further words, which the search by capability takes as well.
export const CAPABILITIES = ["text", "reasoning", "function_calling", "structured_output", "streaming", "batch", "fine_tuning", "vision", "pdf_input", "audio_input", "video_input", "image_output", "audio_output", "video_output",
  "embeddings", "moderation", "rerank", "ocr", "transcription", "citations", "code_execution", "web_search", "computer_use", "realtime", "fill_in_middle"];

// A model of unknown type may answer in text.
const TALKING = new Set(["language", "multimodal", "vision", "unknown"]);

// Why no prompt can run on the model; null when one can.
export function promptObstacle(model) {
  if (!model.isEnabled) return "This model is disabled. Enable it first.";
  return TALKING.has(model.type) ? null : `Prompts need a model that answers in text. The type of this model is ${model.type}.`;
}

// The provider's own name for a model, where it is another.
export const ownName = ({ name, modelId }) => name === modelId ? null : html`<small><code>${modelId}</code></small>`;

const SOURCES = { live: "as the provider says", catalogue: "from the catalogue", "genai-prices": "from the price list genai-prices", manual: "given by a person", unknown: "not known" };

export const source = (name) => SOURCES[name] ?? name;
