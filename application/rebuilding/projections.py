"""The projections as a platform's administrators keep them, organization by organization."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from application.errors import Conflict, NotFound
from application.ports.progress import Progress
from application.projections.row_changes import Table


class ProjectionNotFound(NotFound):
    """No such projection: there are organizations, ai_providers, ai_models, access_keys, webhooks and members."""

    code = "projection-not-found"


class RebuildTogether(Conflict):
    """Rows of another projection prevent it: rebuild all projections of the organization at once."""

    code = "rebuild-together"


class RowsKeepChanging(Conflict):
    """Some rows were changed by others each time they were to be written. What was written is right; run it again."""

    code = "rows-keep-changing"


class OrganizationUnknown(NotFound):
    """No event belongs to this organization."""

    code = "organization-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that is not what the log makes of it; values are not named, for they are the tenants'.

    The field `snapshot` means a state of the aggregate that is kept so that an old one is loaded quickly.
    """

    organization_id: UUID
    row_id: UUID
    kind: Literal["missing", "unexpected", "different"]
    fields: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """How many rows differ, and the first 1,000 of them."""

    count: int
    first: Sequence[Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableEvent:
    """An event that this version cannot read. The row that it belongs to was neither compared nor changed."""

    organization_id: UUID
    row_id: UUID
    org_sequence: int
    topic: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableEvents:
    """How many aggregates have an event that cannot be read, and the first 1,000 of these events."""

    count: int
    first: Sequence[UnreadableEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTable:
    """How many rows the log makes for a table, and those that were not so."""

    name: Table
    rows: int
    differences: Differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a fold of the log was compared with.

    `unchanged` counts the organizations of which neither the log nor the rows have changed since they were last found
    equal; their events are not among those that were read. `longest_lock_ms` is the longest that writers of one
    organization had to wait.
    """

    organizations: int
    unchanged: int
    events: int
    tables: Sequence[ComparedTable]
    unreadable: UnreadableEvents
    longest_lock_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionStatus:
    """The state of a projection. It is written with the log, so it is always as far as that.

    `events`: of all organizations together; `proved`: organizations whose rows were found equal to all of their events.
    """

    name: Table
    events: int
    rows: int
    organizations: int
    proved: int
    rebuilt_at: datetime | None


class Projections(Protocol):
    """Folds the log, one organization after the other, and compares the outcome with the tables, which serve on.

    Every method raises `Unavailable` when the database cannot be reached.
    """

    async def statuses(self) -> Sequence[ProjectionStatus]:
        """Return the state of each projection."""
        ...

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Wait until nobody else rebuilds, and let nobody else while the block lasts.

        The turn ends with this process, however that ends.
        """
        ...

    async def verify(
        self, names: Sequence[Table], progress: Progress, *, organization_id: UUID | None = None, full: bool = False
    ) -> Comparison:
        """Compare the tables with a fold of the log, each part of both as of one moment.

        What is known to be equal since an earlier time is not folded again, unless `full` is wanted.

        Raises:
            OrganizationUnknown: the one that is named has no events.
        """
        ...

    async def rebuild(
        self, names: Sequence[Table], progress: Progress, *, organization_id: UUID | None = None
    ) -> Comparison:
        """Do the same from the first event, and write the rows that differ; return what differed.

        An organization's writers wait for the few rows that are written at a time, nobody else waits at all.

        Raises:
            OrganizationUnknown: the one that is named has no events.
            RebuildTogether: rows of a table that is not named prevent it.
            RowsKeepChanging: others came first too often.
        """
        ...
