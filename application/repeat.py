"""Work that is done again and again beside the requests."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress


class Repeated:
    """Does the work after every so many seconds, from `start` to `stop`; errors are the work's, and end it."""

    def __init__(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        self._seconds = seconds
        self._work = work
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start in the running loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Do the work once more, if it was started, and return when that is done."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        is_last = False
        while not is_last:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    is_last = await self._stopping.wait()
            await self._work()
