"""OpenAI-compatible services and servers."""
