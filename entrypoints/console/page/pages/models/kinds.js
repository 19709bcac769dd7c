// Words that the API knows for models, and how what it filled in is told.

export const TYPES = ["language", "multimodal", "vision", "embedding", "image", "audio", "video", "moderation", "rerank", "unknown"];

export const CAPABILITIES = ["text", "vision", "function_calling", "structured_output", "streaming", "reasoning", "pdf_input", "citations", "batch", "embeddings"];

const SOURCES = { live: "as the provider says", catalogue: "from the catalogue", "genai-prices": "from the price list genai-prices", manual: "given by a person", unknown: "not known" };

export const source = (name) => SOURCES[name] ?? name;
