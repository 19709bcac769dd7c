"""Rebuild one organization's rows where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.ports.progress import Progress
    from application.ports.read_tables import Mended, ReadTables
    from application.projections.rows import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class MendOrganization:
    """Exchange those of one organization's rows that are not what its log says, in one transaction.

    For platform administrators. Writes of this organization wait for it, and nobody else's.
    """

    organization_id: UUID
    names: Sequence[Table]


async def mend_organization(command: MendOrganization, *, tables: ReadTables, progress: Progress) -> Sequence[Mended]:
    """Return how many rows of each table were exchanged.

    Raises:
        OrganizationUnknown: no event belongs to it.
        MendTogether: rows of a table that is not named stand in the way.
        RebuildUnderWay, UnreadableEvent: as for a rebuild.
    """
    position: int | None = None
    async with tables.alone():
        try:
            for name in command.names:
                await progress.begin("prepare")
                await tables.begin(name, as_live=True)
                filled = await tables.fill(name, progress, command.organization_id)
                position = filled.position if position is None else min(position, filled.position)
            await progress.begin("mend")
            return await tables.mend(command.organization_id, command.names, position or 0)
        finally:
            for name in command.names:
                await tables.discard(name)
