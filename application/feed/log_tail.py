"""The end of one organization's log, kept in memory while somebody follows it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from application.errors import Unavailable
from application.feed.event_feed import EventFeed, FeedEvent, Signals

KEPT_EVENTS: Final = 1_000
"""Whoever falls further behind reads from the database until it has caught up."""

_BATCH: Final = 500


class LogTail:
    """Reads new events once for all followers: at every hint, and every few seconds without one."""

    def __init__(
        self, organization_id: UUID, log: EventFeed, signals: Signals, *, poll_seconds: float, blind_seconds: float
    ) -> None:
        self._organization_id = organization_id
        self._log = log
        self._signals = signals
        self._poll_seconds = poll_seconds
        self._blind_seconds = blind_seconds
        self._events: deque[FeedEvent] = deque()
        self._start = 0
        self.position = 0
        """The newest event that is known here."""
        self._hint = asyncio.Event()
        self._growth = asyncio.Event()
        self._has_begun = False
        self._is_over = False

    def end(self) -> None:
        """Come to an end at the next opportunity, should the cancelling be lost in a library on its way."""
        self._is_over = True

    async def run(self) -> None:
        """Follow the log until this is cancelled; a database that cannot be reached is waited for."""
        forget = self._signals.listen(self._organization_id, self._hint.set)
        try:
            while not self._is_over and not await self._begun():  # noqa: ASYNC110 - the database is somebody else's
                await asyncio.sleep(self._blind_seconds)
            while not self._is_over:
                seconds = self._poll_seconds if self._signals.are_alive else self._blind_seconds
                # Not wait_for: in Python 3.11 it forgets that it was cancelled when the hint comes at the same moment.
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._hint.wait()
                self._hint.clear()
                with suppress(Unavailable):
                    await self._catch_up()
        finally:
            forget()

    def since(self, position: int) -> Sequence[FeedEvent] | None:
        """Return the events after a position; none when they are not all kept here, or not known to be."""
        if not self._has_begun or position < self._start or position > self.position:
            return None
        return [event for event in self._events if event.position > position]

    @property
    def growth(self) -> asyncio.Event:
        """What is set when there is something newer than there is now."""
        return self._growth

    async def _begun(self) -> bool:
        """Find the end of the log, if the database can be reached."""
        try:
            self._start = self.position = await self._log.position(self._organization_id)
        except Unavailable:
            return False
        self._has_begun = True
        self._wake()
        return True

    async def _catch_up(self) -> None:
        while True:
            batch = await self._log.after(self._organization_id, self.position, _BATCH)
            if not batch:
                await self._look_back()
                return
            self._events.extend(batch)
            self.position = batch[-1].position
            while len(self._events) > KEPT_EVENTS:
                self._start = self._events.popleft().position
            self._wake()
            if len(batch) < _BATCH:
                return

    async def _look_back(self) -> None:
        """Forget what is kept here if the log ends before it: the database is an older one than it was."""
        end = await self._log.position(self._organization_id)
        if end < self.position:
            self._events.clear()
            self._start = self.position = end
            self._wake()

    def _wake(self) -> None:
        growth, self._growth = self._growth, asyncio.Event()
        growth.set()
