"""Notifying receivers outside the service of events: webhooks, their messages, and the delivery of these."""
