"""Waits for several things at once, of which none goes on when one has failed."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from application.end_tasks import end_tasks

Answered = TypeVar("Answered")


async def gather_or_cancel(*awaited: Coroutine[object, object, Answered]) -> list[Answered]:
    """Return all results in order. If one fails, cancel the others and raise its error."""
    tasks = [asyncio.ensure_future(each) for each in awaited]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await end_tasks(*tasks)
        # An error refers to this frame, and so to itself: what the others returned would be kept for minutes.
        tasks.clear()
