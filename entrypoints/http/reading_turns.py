"""Lets connections take turns: the event loop never reads from all at once."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Final

MUCH: Final = 16_384
"""Bytes that came at once. Reading takes the event loop some 1 ms for each of the 256 KiB that it may find."""

AT_ONCE: Final = 4
TICK_SECONDS: Final = 0.002

PARSED_AT_ONCE: Final = 4
"""Some 0.3 ms of parsing requests and beginning with them."""

Action = Callable[[], None]


class _Lines:
    """Those who wait, in a line for each organization or address; the lines are served in turn."""

    def __init__(self) -> None:
        self.length = 0
        self._lines: OrderedDict[Hashable, deque[Action]] = OrderedDict()

    def add(self, whose: Hashable, action: Action) -> None:
        """Have it wait at the end of its line."""
        self._lines.setdefault(whose, deque()).append(action)
        self.length += 1

    def pop(self) -> Action:
        """Return the first of the line that was served the longest ago; there is one."""
        whose, line = self._lines.popitem(last=False)
        action = line.popleft()
        if line:
            self._lines[whose] = line
        self.length -= 1
        return action


class ReadingTurns:
    """Every two milliseconds the first few of those who wait may read on, some 500 MB a second, shared by all.

    They have their turns in turn, by `whose`: who reads on one connection never waits for the thousand of another.
    `at_once` says how many read at the moment.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, at_once: Callable[[], int] = lambda: AT_ONCE) -> None:
        self._loop = loop
        self._at_once = at_once
        self._waiting = _Lines()
        self._is_ticking = False
        self._begun = 0

    def begin(self, whose: Hashable, read: Action) -> None:
        """Call this at once where few have come since the last tick, else when its turn comes."""
        if self._waiting.length or self._begun >= self._at_once():
            self._waiting.add(whose, read)
            return
        self._begun += 1
        self._tick_soon()
        read()

    def wait(self, whose: Hashable, read_on: Action) -> None:
        """Call this when its turn comes."""
        self._waiting.add(whose, read_on)
        self._tick_soon()

    def _tick_soon(self) -> None:
        if not self._is_ticking:
            self._is_ticking = True
            self._loop.call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        self._is_ticking = False
        self._begun = min(self._at_once(), self._waiting.length)
        try:
            for _ in range(self._begun):
                self._waiting.pop()()
        finally:
            # Whatever one of them raises, the others have their turns.
            if self._begun:
                self._tick_soon()


class ParsingTurns:
    """In each turn of the loop the first few that came are parsed, those of the organizations in turn.

    A thousand requests that come at once on connections of one organization hold up nobody for long, and a request of
    another one does not wait for them. The loop is never idle while anything waits.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting = _Lines()
        self._is_turn_due = False
        self._begun = 0

    @property
    def in_line(self) -> int:
        """What waits to be parsed, of all organizations."""
        return self._waiting.length

    def begin(self) -> bool:
        """Return whether something may be parsed at once; else it is to `wait`."""
        if self._waiting.length or self._begun >= PARSED_AT_ONCE:
            return False
        self._begun += 1
        self._have_turn_soon()
        return True

    def wait(self, organization_id: Hashable, parse: Action) -> None:
        """Call this when its turn comes."""
        self._waiting.add(organization_id, parse)
        self._have_turn_soon()

    def _have_turn_soon(self) -> None:
        if not self._is_turn_due:
            self._is_turn_due = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._is_turn_due = False
        self._begun = 0
        try:
            while self._waiting.length and self._begun < PARSED_AT_ONCE:
                self._begun += 1
                self._waiting.pop()()
        finally:
            if self._waiting.length:
                self._have_turn_soon()
