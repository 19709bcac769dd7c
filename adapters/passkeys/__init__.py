"""Verifies passkeys."""
