"""Postgres: the read side, the vault's storage, the migrations, the embedded server."""
