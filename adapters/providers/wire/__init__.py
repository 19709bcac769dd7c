"""What the wire formats of prompts share: how a request is written, and how an answer is read, whole or streamed."""
