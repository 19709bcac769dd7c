"""Notifies followers, after the commit of an append, that an organization's log has grown."""

import asyncio
from contextlib import suppress
from typing import Final
from uuid import UUID

from adapters.database_errors import reachable
from adapters.postgres.event_feed import Connect
from adapters.sql import composed_statements
from application.errors import Unavailable

_SQL: Final = composed_statements("adapters.postgres", "log_notifications.sql")
_PAUSE_SECONDS: Final = 0.01
_PAUSE_OF_ONE_SECONDS: Final = 0.02


class PostgresHints:
    """Sends NOTIFY for organizations whose log has grown: at once, then at most every 20 ms for each, 10 ms for all.

    NOTIFY locks the whole server until its commit, so it must not be part of an append's transaction. Nobody waits
    for a hint, and a hint that cannot be sent is lost: followers read the log every few seconds anyway.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._grown: set[UUID] = set()
        self._silent_until: dict[UUID, float] = {}
        self._sending: asyncio.Task[None] | None = None

    def grown(self, organization_id: UUID) -> None:
        """Notify the followers of the organization soon that its log has grown."""
        self._grown.add(organization_id)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.get_running_loop().create_task(self._send())

    async def close(self) -> None:
        """Send the remaining hints, then stop."""
        if self._sending is not None:
            await asyncio.wait({self._sending})

    async def _send(self) -> None:
        now = asyncio.get_running_loop().time
        while self._grown:
            self._silent_until = {each: until for each, until in self._silent_until.items() if until > now()}
            # Whoever writes all the time delays nobody else's hint.
            organization_ids = sorted(self._grown - self._silent_until.keys())
            if organization_ids:
                self._grown.difference_update(organization_ids)
                with suppress(Unavailable), reachable():
                    async with self._connect() as connection, connection.pipeline():
                        await connection.execute(_SQL["unhurried"], prepare=True)
                        await connection.execute(_SQL["notify"], {"organization_ids": organization_ids}, prepare=True)
                self._silent_until |= dict.fromkeys(organization_ids, now() + _PAUSE_OF_ONE_SECONDS)
            await asyncio.sleep(_PAUSE_SECONDS)
