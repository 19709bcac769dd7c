"""Earlier states of rows of the read tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID

    from application.projections.fold_log import Row


class HistoricalRows(Protocol):
    """Makes rows from the log of the current caller's organization, however long it is, in about the same time."""

    async def row_at(self, aggregate_id: UUID, revision: int) -> Row | None:
        """Return the row that the aggregate's events up to this revision make; none where they make none.

        Times in it are datetimes or text in RFC 3339.

        Raises:
            UnknownEventType: the log holds an event that this version does not know.
            Unavailable: the database cannot be reached.
        """
        ...
