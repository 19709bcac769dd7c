"""Rates counted by the library `limits`: in this process, or in Redis for all of them."""
