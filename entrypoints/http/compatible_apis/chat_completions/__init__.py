"""The API for clients of OpenAI's Chat Completions."""
