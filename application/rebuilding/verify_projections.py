"""Compare projections with the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.ports.progress import Progress
from application.projections.row_changes import Table
from application.rebuilding.projections import Comparison, Projections


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyProjections:
    """Fold the log of every organization, or of one, and compare it with the tables, row by row.

    Organizations of which nothing has changed since they were last verified are not folded again, unless `full` is
    wanted. For platform administrators.
    """

    names: Sequence[Table]
    organization_id: UUID | None = None
    full: bool = False


async def verify_projections(query: VerifyProjections, *, projections: Projections, progress: Progress) -> Comparison:
    """Return what was found; nothing is changed, and writes that continue make no difference.

    Raises:
        OrganizationUnknown: the one that is named has no events.
    """
    return await projections.verify(query.names, progress, organization_id=query.organization_id, full=query.full)
