"""A tenant: whoever owns providers and models."""
