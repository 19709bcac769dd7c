"""A receiver outside the service that is told of what happens in an organization."""
