"""Work on lists that may be long, without holding up everything else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

T = TypeVar("T")

# Some 10 ms of work.
_LONG: Final = 500


async def worked_out(entries: Sized, work: Callable[[], T]) -> T:
    """Return what the work on the entries returns; if they are many it is done in a thread."""
    return work() if len(entries) <= _LONG else await asyncio.to_thread(work)
