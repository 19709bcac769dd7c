"""Connections of an administrator's login, for work that takes as long as it takes."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg

from application.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator

    from adapters.projections.batches import Batch

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

# The server notices within a second that this process is gone, even in the middle of a long statement.
# Index scans give the order for nothing, and parallel workers would take the processors of those who are being served.
_OPTIONS: Final = (
    "-c timezone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
    " -c client_connection_check_interval=1s -c work_mem=64MB -c random_page_cost=1.1"
    " -c max_parallel_workers_per_gather=0"
)
# One is read or written by the server while the other is folded here.
_WORKERS: Final = 2
_GARBAGE: Final = 200_000


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """Give a connection in autocommit mode for the length of the block.

    Raises:
        Unavailable: the database cannot be reached, or went away.
    """
    try:
        async with await psycopg.AsyncConnection.connect(
            url,
            autocommit=True,
            options=_OPTIONS,
            connect_timeout=10,
            application_name="modelbook projections",
            prepare_threshold=None,
        ) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise Unavailable from error


async def for_each(url: str, batches: Iterable[Batch], work: Callable[[Connection, Batch], Awaitable[None]]) -> None:
    """Do the work for every batch, two at a time, each on a connection of its own; the first failure ends it all."""
    waiting = iter(batches)

    async def worker() -> None:
        async with connected(url) as connection:
            for batch in waiting:
                await work(connection, batch)

    tasks = [asyncio.create_task(worker()) for _ in range(_WORKERS)]
    try:
        with _seldom_collected():
            await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for garbage seldom: events and rows come by the ten thousand and hold no circles, but are looked through."""
    before = gc.get_threshold()
    gc.set_threshold(_GARBAGE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
