"""The command line: `model-ledger`."""
