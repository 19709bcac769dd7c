"""Runs work on long lists in a thread, so that it does not block the event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

T = TypeVar("T")

# Some 10 ms of work.
_LONG: Final = 500


async def run_in_thread_if_large(entries: Sized, work: Callable[[], T]) -> T:
    """Return the result of the work. With many entries it runs in a thread."""
    return work() if len(entries) <= _LONG else await asyncio.to_thread(work)
