"""Measures what the README and design promise, always as a ratio to a reference taken in the same run."""
