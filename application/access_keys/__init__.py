"""Access keys: made, changed, rotated and revoked by administrators, and recognized on every request of a program."""
