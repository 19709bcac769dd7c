"""Checkpoints of the log: the key that signs them, and a file that they are appended to."""
