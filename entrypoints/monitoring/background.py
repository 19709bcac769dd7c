"""The health monitor beside the requests of a serving process."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from structlog.typing import FilteringBoundLogger

_AGAIN_SECONDS: Final = 5.0


@asynccontextmanager
async def in_background(work: Callable[[], Awaitable[None]], logger: FilteringBoundLogger) -> AsyncIterator[None]:
    """Do endless work while the block lasts; what it fails with is logged, and it is begun anew after 5 seconds."""
    task = asyncio.create_task(_kept_running(work, logger))
    try:
        yield
    finally:
        await _ended(task)


async def _kept_running(work: Callable[[], Awaitable[None]], logger: FilteringBoundLogger) -> None:
    while True:
        run = asyncio.ensure_future(work())
        try:
            await asyncio.wait({run})
        finally:
            await _ended(run)
        logger.error("background work broke off", exc_info=run.exception())
        await asyncio.sleep(_AGAIN_SECONDS)


async def _ended(task: asyncio.Future[None]) -> None:
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
