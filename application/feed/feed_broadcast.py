"""Broadcasts an organization's events to all followers in this process."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.end_tasks import end_tasks
from application.errors import Unavailable
from application.feed.event_feed import EventFeed, FeedEvent, Signals
from application.feed.log_tail import LogTail

MOST_FOLLOWERS: Final = 2_000
ALWAYS_LET_IN: Final = 5
"""Followers of one organization that are let in however many others there are."""

_BATCH: Final = 500


class TooManyFollowers(Unavailable):
    """As many as can follow the log here are following it already; try again shortly, or read the audit list."""

    code = "too-many-followers"


@dataclass(slots=True)
class _Followed:
    tail: LogTail
    task: asyncio.Task[None]
    followers: int = 0


class FeedBroadcaster:
    """Gives each follower every event of its organization after a position, once, in order.

    How many of one organization there may be is its quota; of all together there may be `most_followers`.
    `poll_seconds` passes at most between two looks into the log while hints arrive, `blind_seconds` while none can.
    """

    def __init__(
        self,
        log: EventFeed,
        signals: Signals,
        *,
        poll_seconds: float = 5.0,
        blind_seconds: float = 0.5,
        most_followers: int = MOST_FOLLOWERS,
    ) -> None:
        self._log = log
        self._most_followers = most_followers
        self._signals = signals
        self._seconds = {"poll_seconds": poll_seconds, "blind_seconds": blind_seconds}
        self._followed: dict[UUID, _Followed] = {}
        self._closing = asyncio.Event()

    async def close(self) -> None:
        """End every follower. One that comes afterwards ends at once, without an error."""
        self._closing.set()

    async def follow(
        self, organization_id: UUID, after: int | None, *, endless: bool = True
    ) -> AsyncGenerator[tuple[int, Sequence[FeedEvent] | None]]:
        """Give events and the position up to which all have been given; at first the position alone.

        It begins after the position, or with what happens from now on. Unless it is endless it ends with what has
        happened already. None instead of events: the log ends before what the follower has seen, as it does after a
        backup was restored. What the follower knows is to be read again, and this continues from the end of the log.

        Raises:
            TooManyFollowers: there are too many already.
            Unavailable: the database cannot be reached.
        """
        async with self._tail(organization_id) as tail:
            end = await self._log.position(organization_id)
            position = end if after is None else min(after, end)
            yield position, None if after is not None and after > end else ()
            while not self._closing.is_set():
                growth = tail.growth
                batch = await self._next(tail, organization_id, position)
                if batch:
                    position = batch[-1].position
                    yield position, batch
                elif position > tail.position and (end := await self._log.position(organization_id)) < position:
                    position = end
                    yield position, None
                elif not endless:
                    return
                else:
                    await self._grown(growth)

    async def _next(self, tail: LogTail, organization_id: UUID, position: int) -> Sequence[FeedEvent]:
        known = tail.since(position)
        return await self._log.after(organization_id, position, _BATCH) if known is None else known

    async def _grown(self, growth: asyncio.Event) -> None:
        waiting = [asyncio.ensure_future(growth.wait()), asyncio.ensure_future(self._closing.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    @asynccontextmanager
    async def _tail(self, organization_id: UUID) -> AsyncIterator[LogTail]:
        followed = self._followed.get(organization_id)
        if (
            followed is not None
            and followed.followers >= ALWAYS_LET_IN
            and sum(each.followers for each in self._followed.values()) >= self._most_followers
        ):
            raise TooManyFollowers
        if followed is None:
            followed = self._followed[organization_id] = self._begun(organization_id)
        followed.followers += 1
        try:
            yield followed.tail
        finally:
            followed.followers -= 1
            if followed.followers == 0:
                del self._followed[organization_id]
                followed.tail.end()
                await end_tasks(followed.task)

    def _begun(self, organization_id: UUID) -> _Followed:
        tail = LogTail(organization_id, self._log, self._signals, **self._seconds)
        return _Followed(tail, asyncio.create_task(tail.run()))
