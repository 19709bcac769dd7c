"""How a prompt is run: what is ready to be called, one attempt after the other, and the answer."""
