"""Runs endless work in the background of a serving process: the health monitor, the sweep of old usage."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from structlog.typing import FilteringBoundLogger

# Longer than what work does at its end takes.
_CLEANUP_SECONDS: Final = 3.0


@asynccontextmanager
async def in_background(
    work: Callable[[], Awaitable[None]], logger: FilteringBoundLogger, *, again_seconds: float = 5.0
) -> AsyncIterator[None]:
    """Do endless work while the block lasts; what it fails with is logged, and it is begun anew after a while."""
    task = asyncio.create_task(_kept_running(work, logger, again_seconds))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _kept_running(
    work: Callable[[], Awaitable[None]], logger: FilteringBoundLogger, again_seconds: float
) -> None:
    while True:
        run = asyncio.ensure_future(work())
        try:
            await asyncio.wait({run})
        finally:
            await _ended(run)
        logger.error("background work broke off", exc_info=run.exception())
        await asyncio.sleep(again_seconds)


async def _ended(run: asyncio.Future[None]) -> None:
    """Cancel it until it has ended.

    `asyncio.wait_for` of Python 3.11, with which the pools wait for connections, swallows a cancellation that comes at
    the moment at which there is one: endless work would then go on for ever.
    """
    while not run.done():
        run.cancel()
        await asyncio.wait({run}, timeout=_CLEANUP_SECONDS)
