"""The Gemini API of Google AI Studio."""
