"""The log for those who follow it, and the hints that it has grown."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.sql import SQL

from adapters.database_errors import reachable
from adapters.sql import statements
from application.end_tasks import end_tasks
from application.feed.event_feed import FeedEvent

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Connect = Callable[[], AbstractAsyncContextManager[Connection]]

_TEXTS: Final = statements("adapters.postgres", "log_notifications.sql")
_SQL: Final = {name: SQL(text).format() for name, text in _TEXTS.items()}
_AGAIN_SECONDS: Final = 1.0
_KEEPALIVE: Final[dict[str, Any]] = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}


class PostgresEventFeed:
    """Implements `application.feed.event_feed.EventFeed`; each question takes a connection for as long as it lasts."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def position(self, organization_id: UUID) -> int:
        rows = await self._rows("position", {"organization_id": organization_id})
        return rows[0][0] if rows else 0

    async def after(self, organization_id: UUID, position: int, limit: int) -> Sequence[FeedEvent]:
        parameters = {"organization_id": organization_id, "position": position, "limit": limit}
        return [
            FeedEvent(
                position=row[0],
                topic=row[1],
                aggregate_id=row[2],
                revision=row[3],
                actor=row[4],
                recorded_at=row[5],
            )
            for row in await self._rows("after", parameters)
        ]

    async def _rows(self, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        with reachable():
            async with self._connect() as connection:
                async with connection.pipeline():
                    await connection.execute(_SQL["scope"], parameters, prepare=True)
                    cursor = await connection.execute(_SQL[name], parameters, prepare=True)
                return await cursor.fetchall()


class PostgresSignals:
    """Implements `application.feed.event_feed.Signals` with NOTIFY, over one connection, opened on demand."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._listeners: dict[UUID, set[Callable[[], None]]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._is_listening = False

    @property
    def are_alive(self) -> bool:
        return self._is_listening

    def listen(self, organization_id: UUID, wake: Callable[[], None]) -> Callable[[], None]:
        self._listeners[organization_id].add(wake)
        if self._task is None:
            self._task = asyncio.create_task(self._run())

        def forget() -> None:
            self._listeners[organization_id].discard(wake)
            if not self._listeners[organization_id]:
                del self._listeners[organization_id]

        return forget

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            await end_tasks(self._task)

    async def _run(self) -> None:
        while True:
            with suppress(psycopg.Error):
                await self._listen()
            self._is_listening = False
            # Whoever waits for a hint looks for itself from now on.
            self._wake(list(self._listeners))
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=5, application_name="modelbook feed", **_KEEPALIVE
        )
        async with connection:
            await connection.execute(_TEXTS["listen"])
            self._is_listening = True
            # What happened while nobody listened.
            self._wake(list(self._listeners))
            async for hint in connection.notifies():
                self._wake([UUID(hint.payload)])

    def _wake(self, organization_ids: Sequence[UUID]) -> None:
        for organization_id in organization_ids:
            for wake in list(self._listeners.get(organization_id, ())):
                wake()
