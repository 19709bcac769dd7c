"""The providers that the sandbox plays."""
