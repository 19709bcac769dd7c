"""What people do with Model Ledger: commands that decide, queries that read, ports to the outside.

The domain and the standard library only.
"""
