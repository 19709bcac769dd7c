"""The APIs that clients of AI already use: each reads its requests and writes its answers and streams."""
