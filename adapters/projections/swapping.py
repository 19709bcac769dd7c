"""The moment in which one table takes the place of another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import psycopg

from adapters.projections.filling import bring, catch_up
from adapters.projections.reading import SQL_TEXTS, Part, heads_now, one
from application.ports.read_tables import Mended, MendTogether, Swapped, TablesBusy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from adapters.projections.connections import Connection
    from adapters.projections.reading import Heads, Source
    from application.ports.read_tables import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a swap waits for locks, with everybody waiting behind it, and for how long it is tried again."""

    lock_ms: int = 40
    first_pause_seconds: float = 0.05
    longest_pause_seconds: float = 1.0
    seconds: float = 60.0


async def swap(connection: Connection, source: Source, place: Place, known: Heads, patience: Patience) -> Swapped:
    """Bring the table up to the end of the log and exchange it for the live one, in one short transaction.

    Raises:
        TablesBusy: there was no moment in which nobody held the live table.
    """
    started, attempts, pause = perf_counter(), 0, patience.first_pause_seconds
    while True:
        attempts += 1
        known = await catch_up(connection, source, place, known)
        begin = perf_counter()
        try:
            events = await _exchange(connection, source, place, known, patience.lock_ms)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
            if perf_counter() - started > patience.seconds:
                raise TablesBusy(await _in_the_way(connection)) from error
            await asyncio.sleep(pause)
            pause = min(2 * pause, patience.longest_pause_seconds)
            continue
        return Swapped(position=events, milliseconds=(perf_counter() - begin) * 1000, attempts=attempts)


async def _exchange(connection: Connection, source: Source, place: Place, known: Heads, lock_ms: int) -> int:
    async with connection.transaction():
        await one(connection, "hold", name=source.table, patience_ms=lock_ms)
        heads = await heads_now(connection)
        events = sum(heads.values())
        await bring(connection, source, place, Part(known, heads))
        await connection.execute(SQL_TEXTS["swap"], {"name": source.table, "place": place, "position": events})
    return events


async def _in_the_way(connection: Connection) -> str:
    pids = [str(row[0]) for row in await (await connection.execute(SQL_TEXTS["in_the_way"])).fetchall()]
    held = f" Server processes that hold them now: {', '.join(pids)}." if pids else ""
    return f"{TablesBusy.__doc__}{held}"


async def mend(
    connection: Connection, organization_id: UUID, sources: Sequence[Source], known: Heads
) -> Sequence[Mended]:
    """Exchange the organization's rows that differ for those in the making, while nobody else writes for it.

    Raises:
        MendTogether: rows of a table that is left out stand in the way.
    """
    by_table = {source.table: source for source in sources}
    try:
        async with connection.transaction():
            head = await one(connection, "hold_organization", organization_id=organization_id)
            part = Part({organization_id: known.get(organization_id, 0)}, {organization_id: head})
            for source in sources:
                await bring(connection, source, "rebuilding", part)
            aside = 0
            if {"ai_models", "ai_providers"} <= by_table.keys():
                aside = await one(connection, "set_models_aside", organization_id=organization_id)
            mended = [await _mended(connection, organization_id, source) for source in sources]
    except psycopg.errors.ForeignKeyViolation as error:
        raise MendTogether from error
    return [
        Mended(
            name=each.name, removed=each.removed + (aside if each.name == "ai_models" else 0), restored=each.restored
        )
        for each in mended
    ]


async def _mended(connection: Connection, organization_id: UUID, source: Source) -> Mended:
    parameters = {"organization_id": organization_id, "name": source.table}
    removed, restored = await (await connection.execute(SQL_TEXTS["mend"], parameters)).fetchone() or (0, 0)
    return Mended(name=source.table, removed=removed, restored=restored)
