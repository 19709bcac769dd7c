"""What people do with Modelbook: commands that decide, queries that read, ports to the outside.

The domain and the standard library only.
"""
