"""The protocols that clients of AI already speak: each door reads its requests and writes its answers and streams."""
