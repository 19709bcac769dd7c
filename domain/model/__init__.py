"""A model that an organization uses from one of its providers."""
