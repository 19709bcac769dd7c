"""Faults: what a test, or a person at the demo, may have a provider do wrong."""
