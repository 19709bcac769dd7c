"""The read tables as administrators keep them: folded from the log, compared with it, rebuilt and swapped in."""
