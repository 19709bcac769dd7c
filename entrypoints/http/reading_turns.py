"""Lets connections on which much comes in take turns, so that the event loop never reads from all of them at once."""

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

    def wait(self, read_on: Callable[[], None]) -> None:
        """Call this when its turn comes, which is when all who came before have had theirs."""
        self._waiting.append(read_on)
        if not self._is_ticking:
            self._is_ticking = True
            self._loop.call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        for _ in range(min(AT_ONCE, len(self._waiting))):
            self._waiting.popleft()()
        self._is_ticking = bool(self._waiting)
        if self._is_ticking:
            self._loop.call_later(TICK_SECONDS, self._tick)
