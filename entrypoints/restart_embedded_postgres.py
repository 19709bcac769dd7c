"""Restarts the embedded database if it ends while a process serves from it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from application.end_tasks import end_tasks

WATCH_SECONDS: Final = 0.5


@asynccontextmanager
async def kept_alive(revive: Callable[[], None]) -> AsyncIterator[None]:
    """Look whether the database lives, twice a second, as long as the block lasts."""
    task = asyncio.create_task(_look_after(revive))
    try:
        yield
    finally:
        await end_tasks(task)


async def _look_after(revive: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        await asyncio.to_thread(revive)
