"""Google's `generateContent` protocol."""
