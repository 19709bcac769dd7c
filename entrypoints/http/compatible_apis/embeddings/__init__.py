"""The API for clients that request vectors in the shape of OpenAI's API, and our own."""
