// Words that the API knows for models, and how what it filled in is told.

import { element } from "../../core/elements.js";

export const TYPES = ["language", "multimodal", "vision", "embedding", "image", "audio", "video", "moderation", "rerank", "unknown"];

// As in the catalogue; a provider's own list may bring further words, which the search by capability takes as well.
export const CAPABILITIES = ["text", "reasoning", "function_calling", "structured_output", "streaming", "batch", "fine_tuning", "vision", "pdf_input", "audio_input", "video_input", "image_output", "audio_output", "video_output",
  "embeddings", "moderation", "rerank", "ocr", "transcription", "citations", "code_execution", "web_search", "computer_use", "realtime", "fill_in_middle"];

// Of an unknown type only trying tells.
const TALKING = new Set(["language", "multimodal", "vision", "unknown"]);

// Why no prompt runs on it; null when one may.
export function mute(model) {
  if (!model.isEnabled) return "It is out of use: enable it first.";
  return TALKING.has(model.type) ? null : `Prompts need a model that answers in text; the type of this one is ${model.type}.`;
}

// The provider's own name for a model, where it is another.
export const ownName = ({ name, modelId }) => name === modelId ? null : element("small", {}, element("code", {}, modelId));

const SOURCES = { live: "as the provider says", catalogue: "from the catalogue", "genai-prices": "from the price list genai-prices", manual: "given by a person", unknown: "not known" };

export const source = (name) => SOURCES[name] ?? name;
