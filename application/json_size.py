"""Counts the values of a JSON text in its pieces: one with too many is refused before anything is made of it."""

from __future__ import annotations

from typing import Final

MOST_VALUES: Final = 400_000
"""Keys are not counted. As many as the tokens of the longest request for embeddings."""

MOST_CONTAINERS: Final = 20_000
"""Arrays and objects: 20 for each operation of the longest bulk request. They cost most to make, and meanwhile no other
thread runs, nor the event loop.
"""

_PIECE: Final = 65_536


class JsonSize:
    """Takes the pieces of a text in their order. Each value but the first follows a comma or the bracket of its holder.

    What stands in strings is told from the rest only where everything together is too much, which is seldom.
    """

    def __init__(self, most_values: int = MOST_VALUES) -> None:
        self._most_values = most_values
        self._pieces: list[bytes] = []
        self._is_exact = False
        self._rest = b""
        self._is_in_string = False
        self._containers = 0
        self._commas = 0
        self._quotation_marks = 0

    def add(self, piece: bytes) -> bool:
        """Count what is in the piece; return whether the text may go on."""
        if self._is_exact:
            self._count_outside_strings(piece)
            return self._fits()
        self._pieces.append(piece)
        self._count(piece)
        if not self._fits():
            self._is_exact = True
            self._containers = self._commas = 0
            for each in self._pieces:
                self._count_outside_strings(each)
                if not self._fits():
                    return False
            self._pieces.clear()
        return True

    def _fits(self) -> bool:
        return (
            self._containers <= MOST_CONTAINERS
            and self._containers + self._commas < self._most_values
            # Two at each key and two at each string.
            and self._quotation_marks <= 4 * self._most_values
        )

    def _count(self, text: bytes) -> None:
        self._containers += text.count(b"[") + text.count(b"{")
        self._commas += text.count(b",")

    def _count_outside_strings(self, piece: bytes) -> None:
        text = self._rest + piece
        self._rest = b""
        if b"\\" in text:
            # A pair of them is one; what is left before a quotation mark makes that a part of its string.
            text = text.replace(rb"\\", b"").replace(rb"\"", b"")
            if text.endswith(b"\\"):
                text, self._rest = text[:-1], b"\\"
        parts = text.split(b'"')
        self._count(b"".join(parts[self._is_in_string :: 2]))
        self._is_in_string ^= len(parts) % 2 == 0
        self._quotation_marks += len(parts) - 1


def has_few_values(text: bytes, most_values: int = MOST_VALUES) -> bool:
    """Return whether a whole text holds no more values than that; it is looked at in pieces."""
    size = JsonSize(most_values)
    return all(size.add(text[start : start + _PIECE]) for start in range(0, len(text), _PIECE))
