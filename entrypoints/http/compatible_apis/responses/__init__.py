"""The API for clients of OpenAI's Responses."""
