"""Connections of the administrators' login, for work without a time limit."""

import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, Final

import psycopg

from adapters.database_errors import reachable

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

# The server notices within a second that this process is gone, even in the middle of a long statement.
# Index scans give the order for nothing, and parallel workers would take the processors of those who are being served.
_OPTIONS: Final = (
    "-c timezone=UTC -c lock_timeout=60s -c idle_in_transaction_session_timeout=60s"
    " -c client_connection_check_interval=1s -c work_mem=64MB -c random_page_cost=1.1"
    " -c max_parallel_workers_per_gather=0"
)
_GARBAGE: Final = 200_000


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """Yield a connection in autocommit mode.

    Raises:
        Unavailable: the database cannot be reached, or the connection is lost.
    """
    with reachable():
        async with await psycopg.AsyncConnection.connect(
            url,
            autocommit=True,
            options=_OPTIONS,
            connect_timeout=10,
            application_name="modelbook projections",
            prepare_threshold=None,
        ) as connection:
            yield connection


@asynccontextmanager
async def several(url: str, count: int) -> AsyncIterator[Sequence[Connection]]:
    """Yield this many connections. Inside the block, Python collects garbage rarely.

    Events and rows come by the ten thousand and have no reference cycles, but the collector would scan them.

    Raises:
        Unavailable: the database cannot be reached, or the connection is lost.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(_seldom_collected())
        yield [await stack.enter_async_context(connected(url)) for _ in range(count)]


@contextmanager
def _seldom_collected() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(_GARBAGE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
