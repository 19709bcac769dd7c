"""Deterministic embedding vectors of length 1."""

import struct
from hashlib import shake_256
from math import sqrt


def embedding_vector(text: str, size: int) -> list[float]:
    """`size` numbers, each exactly what a float of 32 bits holds."""
    numbers = struct.unpack(f"<{size}h", shake_256(text.encode()).digest(2 * size))
    length = sqrt(sum(number * number for number in numbers)) or 1.0
    packed = struct.pack(f"<{size}f", *(number / length for number in numbers))
    return list(struct.unpack(f"<{size}f", packed))
