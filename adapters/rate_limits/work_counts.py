"""How many prompts each organization or access key runs at this moment: in this process, or in Redis for all."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from application.end_tasks import end_tasks

# Whoever dies is counted for as long; whoever lives says so before.
_TICKET_SECONDS: Final = 120
_RENEWED_EVERY: Final = 40
_PREFIX: Final = "modelbook:at-work"

_ENTER: Final = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""


class RedisUnusable(Exception):
    """Redis refuses the command."""


@dataclass(frozen=True, slots=True)
class StartedWork:
    """The answer to who wants to work: a ticket, None if too many do already."""

    ticket: str | None


class WorkInMemory:
    """Counts in this process."""

    def __init__(self) -> None:
        self._tickets: dict[UUID, set[str]] = defaultdict(set)
        self._last = 0

    def enter(self, subject_id: UUID, most: int) -> str | None:
        """Return a ticket, or None if so many work already."""
        if self.count(subject_id) >= most:
            return None
        self._last += 1
        ticket = str(self._last)
        self._tickets[subject_id].add(ticket)
        return ticket

    def leave(self, subject_id: UUID, ticket: str) -> bool:
        """Return whether the ticket was one of these; it is not any more."""
        held = self._tickets.get(subject_id, set())
        is_known = ticket in held
        held.discard(ticket)
        if not held:
            self._tickets.pop(subject_id, None)
        return is_known

    def count(self, subject_id: UUID) -> int:
        """Return how many work."""
        return len(self._tickets.get(subject_id, ()))


class WorkInRedis:
    """Counts in Redis: a sorted set of tickets for each subject, by the time when they lapse."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client
        self._held: dict[str, UUID] = {}
        self._renewing: asyncio.Task[None] | None = None

    async def enter(self, subject_id: UUID, most: int) -> StartedWork:
        """Return a ticket, or None if so many work already."""
        now, ticket = time.time(), uuid4().hex
        arguments = (now, now + _TICKET_SECONDS, most, ticket, 2 * _TICKET_SECONDS)
        with redis_errors():
            is_in = await self._client().eval(_ENTER, 1, _name(subject_id), *arguments)
        if not is_in:
            return StartedWork(None)
        self._held[ticket] = subject_id
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew_for_ever())
        return StartedWork(ticket)

    async def leave(self, subject_id: UUID, ticket: str) -> bool:
        """Give a ticket back."""
        self._held.pop(ticket, None)
        with redis_errors():
            return bool(await self._client().zrem(_name(subject_id), ticket))

    async def count(self, subject_id: UUID) -> int:
        """Return how many work."""
        with redis_errors():
            return int(await self._client().zcount(_name(subject_id), time.time(), "+inf"))

    async def close(self) -> None:
        """Renew no ticket any more."""
        if self._renewing is not None:
            await end_tasks(self._renewing)

    async def _renew_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_RENEWED_EVERY)
            for ticket, subject_id in list(self._held.items()):
                with suppress(RedisUnusable), redis_errors():
                    score = time.time() + _TICKET_SECONDS
                    await self._client().zadd(_name(subject_id), {ticket: score}, xx=True)
                    await self._client().expire(_name(subject_id), 2 * _TICKET_SECONDS)


class redis_errors:  # noqa: N801 - a block
    """Turn the errors of a library that may be missing into one of ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: object) -> None:
        if kind is not None and kind.__module__.startswith("redis."):
            raise RedisUnusable from error


def _name(subject_id: UUID) -> str:
    return f"{_PREFIX}:{subject_id}"
