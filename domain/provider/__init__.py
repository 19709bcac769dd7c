"""An organization's account with an AI provider."""
