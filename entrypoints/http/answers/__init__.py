"""What answers hold, for the documentation: the database makes most of them, and nothing validates them again."""
