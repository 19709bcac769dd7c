"""The log as bytes: read in binary format and not converted, so that verification is as fast as the disk."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from psycopg.types.string import ByteaBinaryLoader

from adapters.database_errors import reachable
from adapters.sql import composed_statements
from application.end_tasks import end_tasks
from application.verification.checkpoint_storage import NewestCheckpoint
from application.verification.hash_chain import Head, StoredEvent
from application.verification.raw_events import EventsWithoutHead, Span, WrongCredential
from application.verification.verification_proofs import Proof

Connection = AsyncConnection[tuple[Any, ...]]
Connect = Callable[[], AbstractAsyncContextManager[Connection]]

_SQL: Final = composed_statements("adapters.postgres", "raw_events.sql")
_BATCH: Final = 2_000
_TIMEOUT: Final = "600s"
# Postgres counts microseconds from 2000-01-01.
_EPOCH: Final = 946_684_800_000_000
_RAW: Final = ("uuid", "int8", "int4", "text")


class _UnixMicroseconds(Loader):
    """A time as eight bytes since 1970. Times out of range, which are never recorded, become another time."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        since_2000 = int.from_bytes(data, "big", signed=True)
        return ((since_2000 + _EPOCH) % (1 << 64)).to_bytes(8, "big")


class PostgresRawEvents:
    """Implements `application.verification.raw_events.RawEvents` for one organization, or for all if none is named.

    `connect` yields a connection for each batch; for all organizations it must be the administrator's. At most
    `at_once` are in use: other batches wait here, because waiting for a connection times out.
    """

    def __init__(self, connect: Connect, organization_id: UUID | None = None, *, at_once: int = 2) -> None:
        self._turns = asyncio.Semaphore(at_once)
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

    async def events(self, spans: Sequence[Span]) -> AsyncIterator[Sequence[StoredEvent]]:
        batches = _batches(spans)
        if not batches:
            return
        fetching = asyncio.ensure_future(self._batch(batches[0]))
        try:
            for following in batches[1:]:
                batch = await fetching
                fetching = asyncio.ensure_future(self._batch(following))
                # The server looks for the next batch while this one is being worked on.
                await asyncio.sleep(0)
                yield batch
            yield await fetching
        finally:
            await end_tasks(fetching)

    async def unchanged(self, heads: Sequence[Head]) -> Sequence[bool]:
        parameters = {
            "organizations": [UUID(bytes=head.organization_id) for head in heads],
            "sequences": [head.org_sequence for head in heads],
            "hashes": [head.hash for head in heads],
        }
        return [row[0] for row in await self._rows("unchanged", parameters)] if heads else []

    async def revisions(self, span: Span, aggregate_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        parameters = {"organization": span.organization_id, "aggregates": list(aggregate_ids), "until": span.until}
        return dict(await self._rows("revisions", parameters))

    async def strays(self) -> Sequence[EventsWithoutHead]:
        return [EventsWithoutHead(*row) for row in await self._own_rows("strays")]

    async def beyond(self, organization_ids: Sequence[UUID]) -> Sequence[EventsWithoutHead]:
        return [
            EventsWithoutHead(*row) for row in await self._rows("beyond", {"organizations": list(organization_ids)})
        ]

    async def wrong_credentials(self, organization_ids: Sequence[UUID]) -> Sequence[WrongCredential]:
        rows = await self._rows("wrong_credentials", {"organizations": list(organization_ids)})
        return [WrongCredential(*row) for row in rows]

    async def owner(self, aggregate_id: UUID) -> UUID | None:
        """Return the organization of the aggregate with this id, or None if there is none."""
        rows = await self._rows("owner", {"aggregate_id": aggregate_id})
        return rows[0][0] if rows else None

    async def hashes(self, places: Sequence[tuple[UUID, int]]) -> Sequence[bytes | None]:
        return [row[0] for row in await self._places(places)]

    async def times(self, places: Sequence[tuple[UUID, int]]) -> Sequence[datetime | None]:
        return [row[1] for row in await self._places(places)]

    async def newest_checkpoint(self) -> NewestCheckpoint | None:
        rows = await self._rows("newest_checkpoint", {})
        return NewestCheckpoint(number=rows[0][0], hash=rows[0][1], sink=rows[0][2]) if rows else None

    async def proofs(self, organization_ids: Sequence[UUID]) -> Sequence[Proof]:
        rows = await self._rows("proofs", {"organizations": list(organization_ids)})
        return [
            Proof(
                organization_id=row[0], org_sequence=row[1], hash=row[2], checkpoint=row[3], at=row[4], signature=row[5]
            )
            for row in rows
        ]

    async def keep_proofs(self, proofs: Sequence[Proof]) -> None:
        parameters = {
            "organizations": [proof.organization_id for proof in proofs],
            "sequences": [proof.org_sequence for proof in proofs],
            "hashes": [proof.hash for proof in proofs],
            "checkpoints": [proof.checkpoint for proof in proofs],
            "times": [proof.at for proof in proofs],
            "signatures": [proof.signature for proof in proofs],
        }
        await self._rows("keep_proofs", parameters)

    async def _places(self, places: Sequence[tuple[UUID, int]]) -> list[tuple[Any, ...]]:
        organizations, sequences = [place[0] for place in places], [place[1] for place in places]
        return await self._rows("places", {"organizations": organizations, "sequences": sequences})

    async def _batch(self, spans: Sequence[Span]) -> Sequence[StoredEvent]:
        parameters = {
            "organizations": [span.organization_id for span in spans],
            "afters": [span.after for span in spans],
            "untils": [span.until for span in spans],
        }
        rows = await self._fetched("events", parameters, binary=True)
        return cast("Sequence[StoredEvent]", rows)

    async def _own_rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a statement for all organizations, or of its variant for one."""
        if self._only is None:
            return await self._rows(name, parameters or {})
        return await self._rows(f"own_{name}", {**(parameters or {}), "only": self._only})

    async def _rows(self, name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return await self._fetched(name, parameters, binary=False)

    async def _fetched(self, name: str, parameters: Mapping[str, Any], *, binary: bool) -> list[tuple[Any, ...]]:
        scope = {"organization_id": str(self._only or ""), "timeout": _TIMEOUT}
        with reachable():
            async with self._turns, self._connect() as connection:
                cursor = _raw(connection) if binary else connection.cursor()
                async with connection.pipeline():
                    await connection.execute(_SQL["scope"], scope, prepare=True)
                    await cursor.execute(_SQL[name], parameters, prepare=True)
                return await cursor.fetchall() if cursor.description else []


def _batches(spans: Sequence[Span]) -> list[list[Span]]:
    """Return the spans in order, split and merged into batches of limited size."""
    batches: list[list[Span]] = []
    room = 0
    for span in spans:
        after = span.after
        while after < span.until:
            if room == 0:
                batches.append([])
                room = _BATCH
            until = min(span.until, after + room)
            batches[-1].append(Span(span.organization_id, after, until))
            room -= until - after
            after = until
    return batches


def _raw(connection: Connection) -> AsyncCursor[tuple[Any, ...]]:
    cursor = connection.cursor(binary=True)
    for name in _RAW:
        cursor.adapters.register_loader(name, ByteaBinaryLoader)
    cursor.adapters.register_loader("timestamptz", _UnixMicroseconds)
    return cursor
