"""Ends a task that goes on for ever."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_AGAIN_SECONDS: Final = 0.5


async def ended(task: asyncio.Future[Any]) -> None:
    """Cancel the task and return when it has ended, however it has.

    It is cancelled again and again: `asyncio.wait_for` of Python 3.11, which pools of connections use, loses a
    cancellation that comes at the moment at which what it waits for is there.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_AGAIN_SECONDS)
