"""Schemas of answers to platform administrators."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from entrypoints.http.answers.response_model import ResponseModel, Tenths, at


class Projection(ResponseModel):
    """A table that follows from the log. It is written together with that, so that it is always as far.

    `position`: how many events there are, of all organizations together; `proved`: of how many organizations the rows
    were found equal to all of their events.
    """

    name: str
    position: Annotated[int, at("events")]
    rows: int
    organizations: int
    proved: int
    rebuilt_at: datetime | None


class ProjectionList(ResponseModel):
    """All projections."""

    data: list[Projection]


class DifferingRow(ResponseModel):
    """A row that differs from the log; `fields` are its columns."""

    organization_id: UUID
    id: Annotated[UUID, at("row_id")]
    kind: Literal["missing", "unexpected", "different"]
    fields: list[str]


class Differences(ResponseModel):
    """How many rows differ, and the first of them."""

    count: int
    first: list[DifferingRow]


class ComparedProjection(ResponseModel):
    """How many rows the log makes for a projection, and those that were not so; a rebuild has put them right."""

    name: str
    rows: int
    differences: Differences


class UnreadableEvent(ResponseModel):
    """An event that this version cannot read; the row that it belongs to was neither compared nor changed."""

    organization_id: UUID
    id: Annotated[UUID, at("row_id")]
    position: Annotated[int, at("org_sequence")]
    type: Annotated[str, at("topic")]
    reason: str


class UnreadableEvents(ResponseModel):
    """How many rows have an event that cannot be read, and the first of these events."""

    count: int
    first: list[UnreadableEvent]


class ComparisonResult(ResponseModel):
    """What a rebuild or a verification found.

    `unchanged` organizations are as they were when they were last verified, and were not folded again; `events` were
    read; `longestLockMs` is the longest that writers of one organization had to wait.
    """

    organizations: int
    unchanged: int
    events: int
    data: Annotated[list[ComparedProjection], at("tables")]
    unreadable: UnreadableEvents
    longest_lock_ms: Tenths


class UnreadableKey(ResponseModel):
    """A provider whose key no master key at hand can read."""

    organization_id: UUID
    provider_id: UUID


class RotateResult(ResponseModel):
    """What a rotation of the master key did; `left` is how many keys are not yet under the active one."""

    active_id: str
    rewrapped: int
    unreadable: list[UnreadableKey]
    left: int


class JobError(ResponseModel):
    """Why a job failed."""

    code: str
    message: str


class Job(ResponseModel):
    """Something that takes a while. `done` of `total` is how far the present step is; 0 of 0 is not known.

    `projection`: none where it is about all of them; `queued`: it waits until another one has ended.
    """

    id: UUID
    kind: Annotated[Literal["rebuild", "verify", "rotate-keys"], at("order.kind")]
    projection: Annotated[str | None, at("order.subject")]
    organization_id: Annotated[UUID | None, at("order.organization_id")]
    state: Literal["queued", "running", "succeeded", "failed", "interrupted"]
    step: str | None
    done: int
    total: int
    result: ComparisonResult | RotateResult | None
    error: JobError | None
    requested_by: Annotated[str, at("order.requested_by")]
    request_id: Annotated[str, at("order.correlation_id")]
    reason: Annotated[str | None, at("order.reason")]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class JobList(ResponseModel):
    """The newest jobs, the newest first."""

    data: list[Job]


class MasterKey(ResponseModel):
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


class MasterKeyList(ResponseModel):
    """The master keys, the active one first."""

    data: list[MasterKey]
