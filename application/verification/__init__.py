"""Proving the log: that nothing in it was edited, deleted, inserted, swapped, cut off or chained again."""
