"""Chat completions as OpenAI defined them and as many others speak them, each with its own accent."""
