"""OpenAI's chat completions, the wire format that most providers have copied, each with differences of its own."""
