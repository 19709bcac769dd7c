"""The log as bytes: fetched in binary and not converted, so that verification keeps up with the disk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from psycopg.sql import SQL
from psycopg.types.string import ByteaBinaryLoader

from adapters.postgres.tenant import reachable
from adapters.sql import statements
from application.ports.stored_log import Irregularities, Span
from application.verification.stored import Head, StoredEvent, number

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from psycopg import AsyncConnection, AsyncCursor

    Connection = AsyncConnection[tuple[Any, ...]]
    Connect = Callable[[], AbstractAsyncContextManager[Connection]]

_SQL: Final = {name: SQL(text).format() for name, text in statements("adapters.postgres", "stored_log.sql").items()}
_BATCH: Final = 2_000
_TIMEOUT: Final = "600s"
# Postgres counts microseconds from 2000-01-01.
_EPOCH: Final = 946_684_800_000_000
_RAW: Final = ("uuid", "int8", "int4", "text")


class _UnixMicroseconds(Loader):
    """A time as eight bytes since 1970; times that do not fit, which nobody recorded, become some other time."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        since_2000 = int.from_bytes(data, "big", signed=True)
        return ((since_2000 + _EPOCH) % (1 << 64)).to_bytes(8, "big")


class PostgresStoredLog:
    """Fulfils `application.ports.stored_log.StoredLog` for one organization, or for all where none is named.

    `connect` gives a connection for each batch; of all organizations it has to be the administrator's.
    """

    def __init__(self, connect: Connect, organization_id: UUID | None = None) -> None:
        self._connect = connect
        self._only = organization_id

    async def event_count(self) -> int:
        count: int = (await self._own_rows("event_count"))[0][0]
        return count

    async def seconds_ahead(self) -> float:
        seconds: float = (await self._own_rows("seconds_ahead"))[0][0]
        return seconds

    async def heads(self, after: bytes | None, limit: int) -> Sequence[Head]:
        parameters = {"after": UUID(int=0) if after is None else UUID(bytes=after), "limit": limit}
        rows = await self._own_rows("heads", parameters)
        return [Head(organization_id.bytes, sequence, hash_) for organization_id, sequence, hash_ in rows]

    async def events(self, first: bytes, last: bytes) -> AsyncIterator[Sequence[StoredEvent]]:
        parameters = {"last": UUID(bytes=last), "limit": _BATCH}
        fetching = asyncio.ensure_future(self._batch({**parameters, "organization": UUID(bytes=first), "sequence": 0}))
        try:
            while True:
                batch = await fetching
                if len(batch) < _BATCH:
                    yield batch
                    return
                after = {"organization": UUID(bytes=batch[-1][0]), "sequence": number(batch[-1][1])}
                fetching = asyncio.ensure_future(self._batch({**parameters, **after}))
                # The server looks for the next batch while this one is being worked on.
                await asyncio.sleep(0)
                yield batch
        finally:
            fetching.cancel()
            await asyncio.wait({fetching})

    async def irregularities(self) -> Irregularities:
        return Irregularities(
            headless=[Span(*row) for row in await self._own_rows("headless")],
            beyond=[Span(*row) for row in await self._own_rows("beyond")],
            misnumbered=[Span(*row) for row in await self._own_rows("misnumbered")],
        )

    async def owner(self, aggregate_id: UUID) -> UUID | None:
        """Return the organization that has an aggregate of this id, which is random, or none where none has it."""
        rows = await self._rows("owner", {"aggregate_id": aggregate_id})
        return rows[0][0] if rows else None

    async def hashes(self, places: Sequence[tuple[UUID, int]]) -> Sequence[bytes | None]:
        organizations, sequences = [place[0] for place in places], [place[1] for place in places]
        rows = await self._rows("hashes", {"organizations": organizations, "sequences": sequences})
        return [row[0] for row in rows]

    async def _batch(self, parameters: Mapping[str, Any]) -> Sequence[StoredEvent]:
        rows = await self._fetched("events", parameters, binary=True)
        return cast("Sequence[StoredEvent]", rows)

    async def _own_rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a statement about all organizations, or of the one like it about the one."""
        if self._only is None:
            return await self._rows(name, parameters or {})
        return await self._rows(f"own_{name}", {**(parameters or {}), "only": self._only})

    async def _rows(self, name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return await self._fetched(name, parameters, binary=False)

    async def _fetched(self, name: str, parameters: Mapping[str, Any], *, binary: bool) -> list[tuple[Any, ...]]:
        scope = {"organization_id": str(self._only or ""), "timeout": _TIMEOUT}
        with reachable():
            async with self._connect() as connection:
                cursor = _raw(connection) if binary else connection.cursor()
                async with connection.pipeline():
                    await connection.execute(_SQL["scope"], scope, prepare=True)
                    await cursor.execute(_SQL[name], parameters, prepare=True)
                return await cursor.fetchall()


def _raw(connection: Connection) -> AsyncCursor[tuple[Any, ...]]:
    cursor = connection.cursor(binary=True)
    for name in _RAW:
        cursor.adapters.register_loader(name, ByteaBinaryLoader)
    cursor.adapters.register_loader("timestamptz", _UnixMicroseconds)
    return cursor
