"""The read tables as a platform's administrators keep them, across all organizations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from application.errors import ApplicationError, Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime
    from uuid import UUID

    from application.ports.progress import Progress
    from application.projections.rows import Table

Place = Literal["rebuilding", "retired"]
"""Where a table lies that is not the live one: in the making, or kept for going back."""


class ProjectionNotFound(NotFound):
    """There is no such projection; there are ai_providers, ai_models and organizations."""

    code = "projection-not-found"


class RebuildUnderWay(Conflict):
    """A projection is being rebuilt already; wait until that is over, or cancel it."""

    code = "rebuild-under-way"


class NothingToRollBack(Conflict):
    """No earlier table of this projection is kept: it was not rebuilt, or its old table was dropped."""

    code = "nothing-to-roll-back"


class MendTogether(Conflict):
    """Rows of another projection stand in the way: rebuild the organization without naming a projection."""

    code = "mend-together"


class OrganizationUnknown(NotFound):
    """No event belongs to this organization."""

    code = "organization-unknown"


class TablesBusy(ApplicationError):
    """Long transactions kept the tables from being swapped; the old ones serve on. Run it again later."""

    code = "tables-busy"


class UnreadableEvent(ApplicationError):
    """The log holds an event that this version cannot read; the read tables are as they were."""

    code = "unreadable-event"

    def __init__(self, position: int, topic: str, cause: Exception) -> None:
        reason = cause.message if isinstance(cause, ApplicationError) else f"{type(cause).__name__}: {cause}"
        super().__init__(
            f"The event at position {position} ({topic}) cannot be read by this version ({reason}); "
            "the read tables are as they were. Run the version that wrote it, or a newer one."
        )
        self.position = position
        self.topic = topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that is not what the log makes of it; values are not told, for they are the tenants'."""

    organization_id: UUID
    row_id: UUID
    kind: Literal["missing", "unexpected", "different"]
    fields: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """How many rows differ, and the first of them."""

    count: int
    first: Sequence[Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was read from the log and written: events up to this position, and the rows that are left of them."""

    position: int
    events: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """The position at which a table was swapped in, how long everybody waited for it, and at which attempt."""

    position: int
    milliseconds: float
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """Rows taken out of and put into the live table; a row that was changed counts in both."""

    name: Table
    removed: int
    restored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionStatus:
    """How a projection stands. Read tables are written with the log, so the live one is always at its head.

    `has_previous`: a table is kept for going back; `has_leftover`: a rebuild is under way, or was broken off;
    `is_planned`: a migration has planned columns that the next rebuild brings.
    """

    name: Table
    position: int
    rows: int
    swapped_at: datetime | None
    swapped_position: int | None
    has_previous: bool
    has_leftover: bool
    is_planned: bool


class ReadTables(Protocol):
    """Folds the log into tables, compares them with the live ones and swaps them in, while reads and writes go on.

    Every method that reads the log raises `UnreadableEvent` for an event without a projection or without its facts,
    and `Unavailable` when the database cannot be reached.
    """

    async def statuses(self) -> Sequence[ProjectionStatus]:
        """Return how each projection stands."""
        ...

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Let nobody else rebuild while the block lasts; ends with this process, however that ends.

        Raises:
            RebuildUnderWay: somebody does already.
        """
        ...

    async def begin(self, name: Table, *, as_live: bool = False) -> None:
        """Make the empty table, dropping one that was left behind; with the planned columns, or as the live one is."""
        ...

    async def fill(self, name: Table, progress: Progress, organization_id: UUID | None = None) -> Filled:
        """Fold the log, or one organization's, into the table in the making."""
        ...

    async def index(self, name: Table) -> None:
        """Give the table in the making its keys, indexes and statistics."""
        ...

    async def catch_up(self, name: Table, place: Place, position: int) -> int:
        """Bring a table from this position close to the head of the log, and return where it is then."""
        ...

    async def compare(self, name: Table, place: Place, position: int, progress: Progress) -> Differences:
        """Return how the live table differs from another that is at this position; what happened since is left out."""
        ...

    async def swap(self, name: Table, place: Place, position: int) -> Swapped:
        """Bring the table up to the log's head and let it take the place of the live one, which is kept.

        Raises:
            TablesBusy: other transactions held the live table for too long.
        """
        ...

    async def settle(self) -> int:
        """Check the foreign keys of tables that were swapped; return how many rows break them."""
        ...

    async def discard(self, name: Table) -> None:
        """Drop the table in the making, if there is one."""
        ...

    async def open_previous(self, name: Table) -> int:
        """Let the table that was kept be brought up to the log again, and return where it is.

        Raises:
            NothingToRollBack: none is kept.
        """
        ...

    async def mend(self, organization_id: UUID, names: Sequence[Table], position: int) -> Sequence[Mended]:
        """Exchange the organization's rows that differ for those in the making, which are at this position.

        In one transaction in which nobody else writes for the organization.
        """
        ...

    async def verify(self, name: Table, progress: Progress) -> tuple[Filled, Differences]:
        """Compare the live table with a fold of the log, each part of both as of one moment."""
        ...
