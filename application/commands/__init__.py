"""Use cases that change something: one a file, named after it."""
