"""OpenAI's models in a resource of Microsoft Azure."""
