"""Deduplicates concurrent calls with the same key."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import Generic, TypeVar

from application.end_tasks import end_tasks

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Shares the outcome of one call, failure included, among those who request its key while it is under way."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[T]] = {}
        self._begun: dict[Hashable, float] = {}

    def seconds_under_way(self, key: Hashable) -> float:
        """Return for how long the key's call has been under way; 0 when there is none."""
        now = asyncio.get_running_loop().time()
        return now - self._begun.get(key, now)

    async def do(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> T:
        """Return what the key's call returns, or raise what it raises; it continues when all have given up."""
        if key not in self._flights:
            self._flights[key] = asyncio.ensure_future(_run(call))
            self._begun[key] = asyncio.get_running_loop().time()
            self._flights[key].add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(self._flights[key])

    async def close(self) -> None:
        """Break off what is under way, and wait until it has put its things away."""
        await end_tasks(*self._flights.values())

    def _landed(self, key: Hashable, task: asyncio.Task[T]) -> None:
        self._flights.pop(key, None)
        self._begun.pop(key, None)
        # Where everybody has given up, nobody else looks at the failure.
        with suppress(asyncio.CancelledError):
            task.exception()


async def _run(call: Callable[[], Awaitable[T]]) -> T:
    return await call()
