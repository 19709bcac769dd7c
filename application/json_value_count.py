"""Counts the values of a JSON text in its pieces: one with too many is refused before anything is made of it."""

from typing import Final

MOST_VALUES: Final = 400_000
"""Keys are not counted. As many as the tokens of the longest request for embeddings."""

MOST_CONTAINERS: Final = 20_000
"""Arrays and objects: 20 for each operation of the longest bulk request. They cost most to make, and meanwhile no other
thread runs, nor the event loop.
"""

_PIECE: Final = 32_768
_FEW: Final = 1_000


class JsonValueCount:
    """Takes the pieces of a text in their order. Each value but the first follows a comma or the bracket of its holder.

    Everything is counted as it comes, which takes next to no time. The content of strings is distinguished from the
    rest where that is too much, which is seldom, and takes as long as a usual request.
    """

    def __init__(self, most_values: int = MOST_VALUES, most_containers: int = MOST_CONTAINERS) -> None:
        self._most_values = most_values
        self._most_containers = most_containers
        self._containers = 0
        self._commas = 0
        self._unchecked: list[bytes] = []
        self._is_exact = False
        self._rest = b""
        self._is_in_string = False
        self._quotation_marks = 0

    def add(self, piece: bytes) -> bool:
        """Count what is in the piece; return whether the text may continue, or is to be checked first."""
        self._unchecked.append(piece)
        if self._is_exact:
            return False
        for start in range(0, len(piece), _PIECE):
            self._count(piece[start : start + _PIECE])
            if not self._fits():
                return False
        return True

    def check(self) -> bool:
        """Return whether the text may continue, now that the content of strings does not count."""
        if not self._is_exact:
            self._is_exact = True
            self._containers = self._commas = 0
        pieces, self._unchecked = self._unchecked, []
        for piece in pieces:
            for start in range(0, len(piece), _PIECE):
                self._count_outside_strings(piece[start : start + _PIECE])
                if not self._fits():
                    return False
        return True

    def _fits(self) -> bool:
        return (
            self._containers <= self._most_containers
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


def has_few_values(text: bytes, most_values: int = MOST_VALUES, most_containers: int = MOST_CONTAINERS) -> bool:
    """Return whether a whole text holds no more values and containers than that."""
    if len(text) <= min(most_values, most_containers):
        # Each takes a byte at least.
        return True
    # But for the first, each takes a comma too, or a bracket of its holder.
    if len(text) < 2 * most_values and _occurrences(text, b"[") + _occurrences(text, b"{") <= most_containers:
        return True
    size = JsonValueCount(most_values, most_containers)
    return size.add(text) or size.check()


def _occurrences(text: bytes, character: bytes) -> int:
    """Return how often the character is in the text: where that is rare, in a tenth of the time of `count`."""
    found = at = 0
    while found <= _FEW and (at := text.find(character, at) + 1):
        found += 1
    return found if found <= _FEW else text.count(character)
