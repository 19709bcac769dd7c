"""Elects one process on all hosts: a session of the administrator's login holds a lock for as long as it lives.

The leader's work is read over that same session, so that a process which loses it finds no more. The URL must lead to
the server itself or to a session pooler: a transaction pooler would separate the lock from its holder.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from adapters.database_errors import reachable
from adapters.postgres.connection_pools import ANSWERS_OR_ENDS
from adapters.sql import statements

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_SQL: Final = statements("adapters.postgres", "elected_session.sql")
_STANDING_SECONDS: Final = 1.0
# The server finds out within some ten seconds that the holder's host is gone, and ends the session of a process that
# has stopped to do anything: a holder looks for work every few seconds.
_OPTIONS: Final = (
    "-c timezone=UTC -c statement_timeout=30s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2"
    " -c tcp_keepalives_count=3 -c tcp_user_timeout=10000 -c idle_session_timeout={silence}ms"
)


class ElectedSession:
    """Gives the session of the leader. `lock` names the office, `name` is what the server shows of the session.

    A leader that is silent for `silence_seconds` is deposed.
    """

    def __init__(self, url: str, *, lock: str, name: str, silence_seconds: float = 30.0) -> None:
        self._url = url
        self._lock = lock
        self._name = name
        self._options = _OPTIONS.format(silence=round(silence_seconds * 1000))

    @asynccontextmanager
    async def term(self) -> AsyncIterator[Connection]:
        """Wait for the leadership and hold it during the block.

        Raises:
            Unavailable: the database cannot be reached.
        """
        async with self._session() as connection:
            # Polled: a session that waits inside the database keeps it from tidying up.
            while not await self._has_won(connection):  # noqa: ASYNC110 - the lock is the database's
                await asyncio.sleep(_STANDING_SECONDS)
            yield connection

    @asynccontextmanager
    async def vacancy(self) -> AsyncIterator[Connection | None]:
        """Lead during the block if no other process does; None otherwise.

        Raises:
            Unavailable: the database cannot be reached.
        """
        async with self._session() as connection:
            yield connection if await self._has_won(connection) else None

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Connection]:
        with reachable():
            connection = await psycopg.AsyncConnection.connect(
                # The same the other way round: the holder finds out that the server is gone.
                make_conninfo(self._url, options=self._options, application_name=self._name, **ANSWERS_OR_ENDS),
                autocommit=True,
            )
        try:
            yield connection
        finally:
            await connection.close()

    async def _has_won(self, connection: Connection) -> bool:
        with reachable():
            row = await (await connection.execute(_SQL["won"], {"lock": self._lock})).fetchone()
        return row is not None and bool(row[0])


async def lasts(connection: Connection, seconds: float, *, until_hint: bool = False) -> None:
    """Return after this time if the session lives that long; with `until_hint` sooner when it is notified.

    Raises:
        Unavailable: it does not; raised as soon as it is known.
    """
    with reachable():
        async for _ in connection.notifies(timeout=seconds, stop_after=1 if until_hint else None):
            pass
        await connection.execute(_SQL["alive"])
