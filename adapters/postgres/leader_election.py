"""Elects the health monitor: a session of the administrator's login holds a lock for as long as it lives.

Due checks are read over that same session, so that a process which loses it finds no more work. The URL must lead to
the server itself or to a session pooler: a transaction pooler would separate the lock from its holder.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from adapters.database_errors import reachable
from adapters.sql import statements
from application.health.leader_election import ProviderToCheck

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    Connection = psycopg.AsyncConnection[tuple[Any, ...]]

_SQL: Final = statements("adapters.postgres", "leader_election.sql")
_STANDING_SECONDS: Final = 1.0
# The server finds out within some ten seconds that the holder's host is gone, and ends the session of a process that
# has stopped to do anything: a holder asks for work every few seconds.
_OPTIONS: Final = (
    "-c timezone=UTC -c statement_timeout=30s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2"
    " -c tcp_keepalives_count=3 -c tcp_user_timeout=10000 -c idle_session_timeout={silence}ms"
)
# The same the other way round: the holder finds out that the server is gone.
_KEEPALIVE: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


class PostgresLeaderElection:
    """Implements `application.health.leader_election.LeaderElection`; deposes leaders silent for `silence_seconds`."""

    def __init__(self, url: str, *, silence_seconds: float = 30.0) -> None:
        self._url = url
        self._options = _OPTIONS.format(silence=round(silence_seconds * 1000))

    @asynccontextmanager
    async def term(self) -> AsyncIterator[PostgresLeadership]:
        async with self._session() as connection:
            await _wait_for_vacancy(connection)
            yield await _begun(connection)

    @asynccontextmanager
    async def vacancy(self) -> AsyncIterator[PostgresLeadership | None]:
        async with self._session() as connection:
            yield await _begun(connection) if await _has_won(connection) else None

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Connection]:
        with reachable():
            connection = await psycopg.AsyncConnection.connect(
                make_conninfo(self._url, options=self._options, application_name="modelbook health", **_KEEPALIVE),
                autocommit=True,
            )
        try:
            yield connection
        finally:
            await connection.close()


class PostgresLeadership:
    """Implements `application.health.leader_election.Leadership`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def due(self, interval_seconds: float, limit: int) -> Sequence[ProviderToCheck]:
        parameters = {"interval": interval_seconds, "limit": limit}
        with reachable():
            cursor = await self._connection.execute(_SQL["due"], parameters)
            return [
                ProviderToCheck(organization_id=organization_id, provider_id=provider_id)
                for organization_id, provider_id in await cursor.fetchall()
            ]

    async def lasts(self, seconds: float) -> None:
        with reachable():
            # Nobody notifies: what ends this early is the end of the connection.
            async for _ in self._connection.notifies(timeout=seconds):
                pass
            await self._connection.execute(_SQL["alive"])


async def _wait_for_vacancy(connection: Connection) -> None:
    while True:
        # Asked again and again: whoever waits inside the database keeps it from tidying up.
        if await _has_won(connection):
            return
        await asyncio.sleep(_STANDING_SECONDS)


async def _has_won(connection: Connection) -> bool:
    with reachable():
        cursor = await connection.execute(_SQL["won"])
        row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def _begun(connection: Connection) -> PostgresLeadership:
    """Clean up, which only the leader does, and return the leadership."""
    with reachable():
        await connection.execute(_SQL["forget_checks"])
        await connection.execute(_SQL["forget_health"])
    return PostgresLeadership(connection)
