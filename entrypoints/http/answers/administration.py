"""Answers to platform administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from entrypoints.http.answers.shown import Shown


class Projection(Shown):
    """A table that follows from the log. It is written together with that, so that it is always as far.

    `position`: how many events there are, of all organizations together; `proved`: of how many organizations the rows
    were found equal to all of their events.
    """

    name: str
    position: int
    rows: int
    organizations: int
    proved: int
    rebuilt_at: datetime | None


class ProjectionList(Shown):
    """All projections."""

    data: list[Projection]


class DifferingRow(Shown):
    """A row of a read table that is not what the log says; `fields` are its columns."""

    organization_id: UUID
    id: UUID
    kind: Literal["missing", "unexpected", "different"]
    fields: list[str]


class Differences(Shown):
    """How many rows differ, and the first of them."""

    count: int
    first: list[DifferingRow]


class Swap(Shown):
    """When a new table took the place of the old one, and how long writers waited."""

    position: int
    milliseconds: float
    attempts: int


class RebuildResult(Shown):
    """What a rebuild did; `corrected` are rows that were wrong before."""

    name: str
    events: int
    rows: int
    corrected: Differences
    swap: Swap
    orphans: int


class RollBackResult(Shown):
    """What going back did; `differing` are rows that are other than in the table that served until then."""

    name: str
    differing: Differences
    swap: Swap
    orphans: int


class MendedTable(Shown):
    """How many rows were taken out of a table, and put in from the log."""

    name: str
    removed: int
    restored: int


class MendResult(Shown):
    """What mending an organization did."""

    tables: list[MendedTable]


class VerifyResult(Shown):
    """What a comparison with the log found."""

    name: str
    position: int
    events: int
    rows: int
    differences: Differences


class UnreadableKey(Shown):
    """A provider whose key no master key at hand can read."""

    organization_id: UUID
    provider_id: UUID


class RotateResult(Shown):
    """What a rotation of the master key did; `left` is how many keys are not yet under the active one."""

    active_id: str
    rewrapped: int
    unreadable: list[UnreadableKey]
    left: int


class JobError(Shown):
    """Why a job failed."""

    code: str
    message: str


class Job(Shown):
    """Something that takes a while. `done` of `total` is how far the present step is; 0 of 0 is not known.

    `projection`: none where it is about all of them; `queued`: it waits until another one has ended.
    """

    id: UUID
    kind: Literal["rebuild", "verify", "rotate-keys"]
    projection: str | None
    organization_id: UUID | None
    state: Literal["queued", "running", "succeeded", "failed", "interrupted"]
    step: str | None
    done: int
    total: int
    result: RebuildResult | RollBackResult | MendResult | VerifyResult | RotateResult | None
    error: JobError | None
    requested_by: str
    request_id: str
    reason: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobList(Shown):
    """The newest jobs, the newest first."""

    data: list[Job]


class MasterKey(Shown):
    """A master key, by its id alone.

    `isGiven`: this process holds it; `isKnown`: a service was started with it; `credentials`: how many it wraps;
    `isRemovable`: nothing would be lost without it.
    """

    id: str
    is_active: bool
    is_given: bool
    is_known: bool
    credentials: int
    is_removable: bool


class MasterKeyList(Shown):
    """The master keys, the active one first."""

    data: list[MasterKey]
