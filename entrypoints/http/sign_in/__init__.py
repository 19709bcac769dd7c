"""Signing in to the console with OpenID Connect: authorization code with PKCE, and sessions kept at the server."""
