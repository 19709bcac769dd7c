"""The projections as administrators keep them: folded from the log, compared with it and rewritten in place."""
