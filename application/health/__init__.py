"""Keeping an eye on the providers of all organizations."""
