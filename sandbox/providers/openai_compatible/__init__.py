"""OpenAI's Chat Completions and embeddings, shared by all OpenAI-compatible providers."""
