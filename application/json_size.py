"""Counts the values of a JSON text in its pieces: one with too many is refused before anything is made of it."""

from __future__ import annotations

from typing import Final

MOST_VALUES: Final = 400_000
"""Keys are not counted. What a request of 1,000 operations holds many times over."""

MOST_CONTAINERS: Final = 100_000
"""Arrays and objects, which cost most to make."""

_PIECE: Final = 65_536


class JsonSize:
    """Takes the pieces of a text in their order. Each value but the first follows a comma or the bracket of its holder.

    Looking at a piece takes as long as receiving it; nothing is looked at of a text that is too short for too much.
    """

    def __init__(self, most_values: int = MOST_VALUES) -> None:
        self._most_values = most_values
        self._first: list[bytes] = []
        self._length = 0
        self._rest = b""
        self._is_in_string = False
        self._containers = 0
        self._commas = 0
        self._quotation_marks = 0

    def add(self, piece: bytes) -> bool:
        """Count what is in the piece; return whether the text may go on."""
        self._length += len(piece)
        if self._length <= MOST_CONTAINERS:
            self._first.append(piece)
            return True
        for each in (*self._first, piece):
            self._count(each)
        self._first.clear()
        return (
            self._containers <= MOST_CONTAINERS
            and self._containers + self._commas < self._most_values
            # Two at each key and two at each string.
            and self._quotation_marks <= 4 * self._most_values
        )

    def _count(self, piece: bytes) -> None:
        text = self._rest + piece
        self._rest = b""
        if b"\\" in text:
            # A pair of them is one; what is left before a quotation mark makes that a part of its string.
            text = text.replace(rb"\\", b"").replace(rb"\"", b"")
            if text.endswith(b"\\"):
                text, self._rest = text[:-1], b"\\"
        parts = text.split(b'"')
        outside = b"".join(parts[self._is_in_string :: 2])
        self._is_in_string ^= len(parts) % 2 == 0
        self._quotation_marks += len(parts) - 1
        self._containers += outside.count(b"[") + outside.count(b"{")
        self._commas += outside.count(b",")


def has_few_values(text: bytes, most_values: int = MOST_VALUES) -> bool:
    """Return whether a whole text holds no more values than that; it is looked at in pieces."""
    size = JsonSize(most_values)
    return all(size.add(text[start : start + _PIECE]) for start in range(0, len(text), _PIECE))
