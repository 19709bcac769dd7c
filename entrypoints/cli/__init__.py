"""The command line: `modelbook`."""
