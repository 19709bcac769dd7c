"""Signing in: the sessions of people who an identity provider has vouched for."""
