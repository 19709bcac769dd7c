"""Services and servers that speak OpenAI's protocol, each with its own list, account page and refusals."""
