"""Runs endless work in the background of a serving process: the health monitor, the sweep of old usage."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from structlog.typing import FilteringBoundLogger

from application.end_tasks import end_tasks


@asynccontextmanager
async def in_background(
    work: Callable[[], Awaitable[None]], logger: FilteringBoundLogger, *, again_seconds: float = 5.0
) -> AsyncIterator[None]:
    """Do endless work while the block lasts; what it fails with is logged, and it is begun again after a while."""
    task = asyncio.create_task(_kept_running(work, logger, again_seconds))
    try:
        yield
    finally:
        await end_tasks(task)


async def _kept_running(
    work: Callable[[], Awaitable[None]], logger: FilteringBoundLogger, again_seconds: float
) -> None:
    while True:
        run = asyncio.ensure_future(work())
        try:
            await asyncio.wait({run})
        finally:
            await end_tasks(run)
        logger.error("background work broke off", exc_info=run.exception())
        await asyncio.sleep(again_seconds)
