"""Members without an identity provider: invitations, accounts, and what people sign in with."""
