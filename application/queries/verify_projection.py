"""Compare a read table with the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from application.ports.progress import Progress
    from application.ports.read_tables import Differences, ReadTables
    from application.projections.rows import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyProjection:
    """Fold the whole log and compare the outcome with the live table, row by row. For platform administrators."""

    name: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was read, up to which position, and the rows that differ."""

    name: Table
    position: int
    events: int
    rows: int
    differences: Differences


async def verify_projection(query: VerifyProjection, *, tables: ReadTables, progress: Progress) -> Verified:
    """Return what was found; nothing is changed, and writes that go on make no difference.

    Raises:
        UnreadableEvent: the log has an event that this version cannot read.
    """
    filled, differences = await tables.verify(query.name, progress)
    return Verified(
        name=query.name,
        position=filled.position,
        events=filled.events,
        rows=filled.rows,
        differences=differences,
    )
