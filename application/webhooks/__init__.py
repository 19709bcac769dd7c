"""Telling receivers outside the service what happens: webhooks, their messages, and the delivery of these."""
