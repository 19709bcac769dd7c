"""Rebuild projections from the log, in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.ports.progress import Progress
from application.projections.row_changes import Table
from application.rebuilding.projections import Comparison, Projections


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildProjections:
    """Fold the log of every organization, or of one, and write the rows that differ from it.

    Reads and writes continue meanwhile. For platform administrators.
    """

    names: Sequence[Table]
    organization_id: UUID | None = None


async def rebuild_projections(
    command: RebuildProjections, *, projections: Projections, progress: Progress
) -> Comparison:
    """Return which rows were written. Of two at once the second waits until the first has ended.

    Broken off at any point, what was written is right, and it can be run again.

    Raises:
        OrganizationUnknown: the one that is named has no events.
        RebuildTogether: rows of a projection that is not named prevent it.
        RowsKeepChanging: others came first too often.
    """
    async with projections.turn():
        return await projections.rebuild(command.names, progress, organization_id=command.organization_id)
