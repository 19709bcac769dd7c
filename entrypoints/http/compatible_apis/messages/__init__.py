"""The API for clients of Anthropic's Messages."""
