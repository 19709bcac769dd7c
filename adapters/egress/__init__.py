"""Guarded outbound HTTP (SSRF protection) to addresses that tenants choose."""
