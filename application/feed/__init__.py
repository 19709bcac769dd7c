"""Following an organization's log: one reader for all who follow it, nobody loses or repeats an event."""
