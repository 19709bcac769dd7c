"""Elects the process that delivers the messages of webhooks, and finds what is due for it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from adapters.database_errors import reachable
from adapters.postgres.elected_session import Connection, ElectedSession, lasts
from adapters.sql import statements
from application.webhooks.outbox import Deadline, DueWebhook

_SQL: Final = statements("adapters.postgres", "delivery_election.sql")


class PostgresDeliveryElection:
    """Implements `application.webhooks.outbox.DeliveryElection`."""

    def __init__(self, url: str) -> None:
        self._sessions = ElectedSession(url, lock="modelbook webhooks", name="modelbook webhooks")

    @asynccontextmanager
    async def term(self) -> "AsyncIterator[PostgresDeliveryLeadership]":
        async with self._sessions.term() as connection:
            with reachable():
                await connection.execute(_SQL["listen"])
            yield PostgresDeliveryLeadership(connection)


class PostgresDeliveryLeadership:
    """Implements `application.webhooks.outbox.DeliveryLeadership`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def due(self, limit: int) -> Sequence[DueWebhook]:
        return [
            DueWebhook(organization_id=organization_id, webhook_id=webhook_id, is_failing=is_failing)
            for organization_id, webhook_id, is_failing in await self._rows("due", limit=limit)
        ]

    async def deadlines(self, limit: int) -> Sequence[Deadline]:
        return [
            Deadline(
                organization_id=organization_id,
                subject_id=subject_id,
                days=days,
                retires_on=retires_on,
                expires_at=expires_at,
                command_id=command_id,
            )
            for organization_id, subject_id, days, retires_on, expires_at, command_id in await self._rows(
                "deadlines", limit=limit
            )
        ]

    async def sweep(self, days: int, limit: int) -> int:
        return len(await self._rows("sweep", days=days, limit=limit))

    async def lasts(self, seconds: float) -> None:
        await lasts(self._connection, seconds, until_hint=True)

    async def _rows(self, name: str, **parameters: object) -> list[tuple[Any, ...]]:
        with reachable():
            return await (await self._connection.execute(_SQL[name], parameters)).fetchall()
