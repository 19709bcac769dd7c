"""All organizations' heads, for checkpoints; and the office of the one process that writes them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg

from adapters.postgres.tenant import reachable
from adapters.sql import statements
from application.verification.checkpoints import HeadLeaf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_SQL: Final = statements("adapters.postgres", "stored_log.sql")
_STANDING_SECONDS: Final = 1.0
# Whoever holds the office finds out within some seconds that the server is gone, and the server that the holder is.
_KEEPALIVE: Final[dict[str, Any]] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_OPTIONS: Final = (
    "-c timezone=UTC -c statement_timeout=60s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2"
    " -c tcp_keepalives_count=3 -c tcp_user_timeout=10000"
)


class SessionHeads:
    """Fulfils `application.ports.checkpoints.LogHeads` over one session of the administrator's login."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def at_one_moment(self) -> Sequence[HeadLeaf]:
        with reachable():
            rows = await (await self._connection.execute(_SQL["all_heads"])).fetchall()
        return [HeadLeaf(*row) for row in rows]


class CheckpointOffice:
    """Gives the office to one of all processes on all hosts, as long as its session lives."""

    def __init__(self, url: str) -> None:
        self._url = url

    @asynccontextmanager
    async def session(self) -> AsyncIterator[SessionHeads]:
        """Give the heads to whoever asks, in office or not.

        Raises:
            Unavailable: the database cannot be reached.
        """
        async with self._connected() as connection:
            yield SessionHeads(connection)

    @asynccontextmanager
    async def term(self) -> AsyncIterator[SessionHeads]:
        """Wait for the office and hold it during the block; heads asked for after its loss are `Unavailable`."""
        async with self._connected() as connection:
            while not await _has_won(connection):  # noqa: ASYNC110 - another process holds it, so no event tells
                await asyncio.sleep(_STANDING_SECONDS)
            yield SessionHeads(connection)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        with reachable():
            connection = await psycopg.AsyncConnection.connect(
                self._url,
                autocommit=True,
                connect_timeout=5,
                options=_OPTIONS,
                application_name="modelbook checkpoints",
                **_KEEPALIVE,
            )
        try:
            yield connection
        finally:
            await connection.close()


async def _has_won(connection: Connection) -> bool:
    with reachable():
        row = await (await connection.execute(_SQL["won"])).fetchone()
    return row is not None and bool(row[0])
