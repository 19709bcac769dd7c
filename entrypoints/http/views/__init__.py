"""The routes, by what they are about: each turns a request into a use case and its outcome into an answer."""
