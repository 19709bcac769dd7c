"""Fills a table that is not live from the log, and keeps it close to the log's head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adapters.projections.batches import batches, within
from adapters.projections.connections import connected, for_each
from adapters.projections.reading import Part, heads_now, put, take
from application.ports.read_tables import Filled, OrganizationUnknown

if TYPE_CHECKING:
    from uuid import UUID

    from adapters.projections.batches import Batch
    from adapters.projections.connections import Connection
    from adapters.projections.reading import Heads, Source
    from application.ports.progress import Progress
    from application.ports.read_tables import Place

# What is left over is done while everybody waits: some milliseconds' worth.
_CLOSE: Final = 100
_ROUNDS: Final = 20


async def fill(url: str, source: Source, progress: Progress, organization_id: UUID | None) -> tuple[Filled, Heads]:
    """Fold the whole log, or one organization's, into the table in the making; return also up to where."""
    events = rows = 0
    async with connected(url) as connection:
        # An organization's head moves with the commit: what is up to it is there.
        until = await heads_now(connection)
    heads = list(until.items())
    if organization_id is not None:
        heads = [head for head in heads if head[0] == organization_id]
        if not heads:
            raise OrganizationUnknown
    await progress.begin("fill", sum(head[1] for head in heads))

    async def work(connection: Connection, batch: Batch) -> None:
        nonlocal events, rows
        count, made = await source.batch(connection, batch, until)
        await put(connection, source.table, "rebuilding", made)
        events, rows = events + count, rows + len(made)
        await progress.advance(batch.events)

    parts = batches(heads, whole=source.table == "organizations")
    await for_each(url, parts if organization_id is None else within(organization_id, parts), work)
    return Filled(position=sum(until.values()), events=events, rows=rows), until


async def catch_up(connection: Connection, source: Source, place: Place, known: Heads) -> Heads:
    """Bring the table from one moment close to now, and return where it is."""
    for _ in range(_ROUNDS):
        heads = await heads_now(connection)
        if sum(heads.values()) - sum(known.values()) <= _CLOSE:
            break
        async with connection.transaction():
            await bring(connection, source, place, Part(known, heads))
        known = heads
    return known


async def bring(connection: Connection, source: Source, place: Place, part: Part) -> None:
    """Make the rows that were touched in a part of the log anew, from all of their events up to its end.

    It does not matter what they were before, so that work that was broken off can simply be done again.
    """
    keys = await source.touched(connection, part)
    if keys:
        rows = await source.rows(connection, keys, part.until)
        await take(connection, source.table, place, keys)
        await put(connection, source.table, place, rows)
