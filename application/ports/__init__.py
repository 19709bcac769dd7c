"""What the application needs from the outside, each a Protocol with a fake in tests/fakes and an adapter."""
