"""The door for clients that ask for vectors in the shape of OpenAI's API, and our own."""
