"""Lets new connections, and those on which much comes in, take turns: the event loop never reads from all at once."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

MUCH: Final = 16_384
"""Bytes that came at once. Reading takes the event loop some 1 ms for each of the 256 KiB that it may find."""

AT_ONCE: Final = 4
TICK_SECONDS: Final = 0.002


class ReadingTurns:
    """Every two milliseconds the first few of those who wait may read on: some 500 MB a second, shared by all."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_ticking = False
        self._begun = 0

    def begin(self, read: Callable[[], None]) -> None:
        """Call this at once where few have come since the last tick, else when its turn comes."""
        if self._waiting or self._begun >= AT_ONCE:
            self._waiting.append(read)
            return
        self._begun += 1
        self._tick_soon()
        read()

    def wait(self, read_on: Callable[[], None]) -> None:
        """Call this when its turn comes, which is when all who came before have had theirs."""
        self._waiting.append(read_on)
        self._tick_soon()

    def _tick_soon(self) -> None:
        if not self._is_ticking:
            self._is_ticking = True
            self._loop.call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        self._is_ticking = False
        self._begun = min(AT_ONCE, len(self._waiting))
        try:
            for _ in range(self._begun):
                self._waiting.popleft()()
        finally:
            # Whatever one of them raises, the others have their turns.
            if self._begun:
                self._tick_soon()
