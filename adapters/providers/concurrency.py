"""Several questions at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

Answered = TypeVar("Answered")


async def side_by_side(*questions: Coroutine[object, object, Answered]) -> list[Answered]:
    """Return all answers in order; when one fails the others are given up and its error is raised."""
    tasks = [asyncio.ensure_future(question) for question in questions]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
