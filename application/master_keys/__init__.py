"""The master keys that wrap the data keys of credentials: which there are, and rotating them."""
