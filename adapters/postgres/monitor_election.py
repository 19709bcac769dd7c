"""Elects the health monitor, and finds what is due for it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from adapters.database_errors import reachable
from adapters.postgres.elected_session import Connection, ElectedSession, lasts
from adapters.sql import statements
from application.health.monitor_election import ProviderToCheck

_SQL: Final = statements("adapters.postgres", "monitor_election.sql")


class PostgresMonitorElection:
    """Implements `application.health.monitor_election.MonitorElection`.

    It deposes leaders that are silent for `silence_seconds`.
    """

    def __init__(self, url: str, *, silence_seconds: float = 30.0) -> None:
        self._sessions = ElectedSession(
            url, lock="modelbook health monitor", name="modelbook health", silence_seconds=silence_seconds
        )

    @asynccontextmanager
    async def term(self) -> "AsyncIterator[PostgresMonitorLeadership]":
        async with self._sessions.term() as connection:
            yield await _begun(connection)

    @asynccontextmanager
    async def vacancy(self) -> "AsyncIterator[PostgresMonitorLeadership | None]":
        async with self._sessions.vacancy() as connection:
            yield None if connection is None else await _begun(connection)


class PostgresMonitorLeadership:
    """Implements `application.health.monitor_election.MonitorLeadership`."""

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
        await lasts(self._connection, seconds)


async def _begun(connection: Connection) -> PostgresMonitorLeadership:
    """Clean up, which only the leader does, and return the leadership."""
    with reachable():
        await connection.execute(_SQL["forget_checks"])
        await connection.execute(_SQL["forget_health"])
    return PostgresMonitorLeadership(connection)
