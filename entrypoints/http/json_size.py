"""Counts the values of a JSON text while it arrives: one with too many is refused before anything is made of it."""

from __future__ import annotations

from typing import Final

from entrypoints.http.request_errors import TooManyValues

MOST_VALUES: Final = 400_000
"""Keys are not counted. What a request of 1,000 operations holds many times over."""

MOST_CONTAINERS: Final = 100_000
"""Arrays and objects, which cost most to make."""

_MOST_QUOTATION_MARKS: Final = 4 * MOST_VALUES
"""Two at each key and two at each string."""


class JsonSize:
    """Takes the pieces of a text in their order. Each value but the first follows a comma or the bracket of its holder.

    Looking at a piece takes as long as receiving it; nothing is looked at of a text that is too short for too much.
    """

    def __init__(self) -> None:
        self._first: list[bytes] = []
        self._length = 0
        self._rest = b""
        self._is_in_string = False
        self._containers = 0
        self._commas = 0
        self._quotation_marks = 0

    def add(self, piece: bytes) -> None:
        """Count what is in the piece.

        Raises:
            TooManyValues: with it, the text holds too many.
        """
        self._length += len(piece)
        if self._length <= MOST_CONTAINERS:
            self._first.append(piece)
            return
        for each in (*self._first, piece):
            self._count(each)
        self._first.clear()

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
        if (
            self._containers > MOST_CONTAINERS
            or self._containers + self._commas >= MOST_VALUES
            or self._quotation_marks > _MOST_QUOTATION_MARKS
        ):
            raise TooManyValues(
                f"The body holds more than {MOST_VALUES:,} values, or {MOST_CONTAINERS:,} arrays and objects.",
                headers={"Connection": "close"},
            )
