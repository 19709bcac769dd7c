"""A demonstration: an organization with providers that are played on loopback."""
