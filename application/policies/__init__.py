"""Decisions that need no port: the rules between the commands and the outside."""
