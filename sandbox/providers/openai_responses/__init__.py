"""OpenAI's Responses, which Azure serves too."""
