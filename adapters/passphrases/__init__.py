"""Hashes passphrases with argon2id."""
