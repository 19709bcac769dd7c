"""Work that is done again and again beside the requests."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def repeat_until(stopping: asyncio.Event, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work after every so many seconds, and once more as soon as `stopping` is set; errors are the work's."""
    while not stopping.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stopping.wait()
        await work()
