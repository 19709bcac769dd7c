"""A receiver outside the service that is notified of an organization's events."""
