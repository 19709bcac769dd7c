"""A simulator of AI providers: one loopback server that answers in each provider's own wire format.

The official SDKs work against it, and so do the product's adapters; no real key and no network are needed.
`sandbox.server.Sandbox` starts it in a program, `modelbook sandbox` on the command line.
"""
