"""Rebuild a read table from the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.ports.progress import Progress
    from application.ports.read_tables import Differences, ReadTables, Swapped
    from application.projections.rows import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildProjection:
    """Make a read table anew from the whole log, beside the live one, and swap it in while reads and writes go on.

    For platform administrators. The old table is kept for going back.
    """

    name: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was read and written, the rows in which the old table was not what the log says, and the swap.

    `orphans` counts rows that break a foreign key, which the log alone can never lead to.
    """

    name: Table
    events: int
    rows: int
    corrected: Differences
    swapped: Swapped
    orphans: int


async def rebuild_projection(command: RebuildProjection, *, tables: ReadTables, progress: Progress) -> Rebuilt:
    """Return what was done. Broken off at any point, it leaves the live table as it was and can be run again.

    Raises:
        RebuildUnderWay: somebody rebuilds already.
        UnreadableEvent: the log has an event that this version cannot read.
        TablesBusy: other transactions left no moment for the swap.
    """
    name = command.name
    async with tables.alone():
        try:
            await progress.begin("prepare")
            await tables.begin(name)
            filled = await tables.fill(name, progress)
            await progress.begin("index")
            await tables.index(name)
            await progress.begin("catch-up")
            position = await tables.catch_up(name, "rebuilding", filled.position)
            corrected = await tables.compare(name, "rebuilding", position, progress)
            await progress.begin("swap")
            swapped = await tables.swap(name, "rebuilding", position)
        finally:
            await tables.discard(name)
        await progress.begin("settle")
        orphans = await tables.settle()
    return Rebuilt(
        name=name,
        events=filled.events,
        rows=filled.rows,
        corrected=corrected,
        swapped=swapped,
        orphans=orphans,
    )
