"""The records of all routes, by what they are about."""
