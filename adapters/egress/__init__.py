"""The guarded way out: HTTP to addresses that tenants chose, without becoming their way into our network."""
