"""Projections compared with the log, and written anew from it."""
