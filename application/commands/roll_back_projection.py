"""Go back to the table that a rebuild has replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.ports.progress import Progress
    from application.ports.read_tables import Differences, ReadTables, Swapped
    from application.projections.rows import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBackProjection:
    """Swap the table back in that the last rebuild replaced, with everything that was written since.

    For platform administrators. The present table is kept in its place, so that this can be undone in the same way.
    """

    name: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledBack:
    """The rows in which the table that served until now differs from the earlier one, and the swap."""

    name: Table
    differing: Differences
    swapped: Swapped
    orphans: int


async def roll_back_projection(command: RollBackProjection, *, tables: ReadTables, progress: Progress) -> RolledBack:
    """Return what was done. Broken off at any point, it leaves the live table as it was and can be run again.

    Raises:
        NothingToRollBack: no earlier table is kept.
        RebuildUnderWay, UnreadableEvent, TablesBusy: as for a rebuild.
    """
    name = command.name
    async with tables.alone():
        await progress.begin("prepare")
        position = await tables.open_previous(name)
        await progress.begin("catch-up")
        position = await tables.catch_up(name, "retired", position)
        differing = await tables.compare(name, "retired", position, progress)
        await progress.begin("swap")
        swapped = await tables.swap(name, "retired", position)
        await progress.begin("settle")
        orphans = await tables.settle()
    return RolledBack(name=name, differing=differing, swapped=swapped, orphans=orphans)
