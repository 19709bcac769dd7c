"""A key with which a program uses the service for an organization."""
