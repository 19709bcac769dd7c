"""Answers to platform administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from entrypoints.http.answers.shown import Shown


class Projection(Shown):
    """A read table. It is written together with the log, so that it is always as far as that.

    `hasPrevious`: the table that the last rebuild replaced is kept; `hasLeftover`: a rebuild is under way or was
    broken off; `isPlanned`: a migration has planned columns, which the next rebuild brings.
    """

    name: str
    position: int
    rows: int
    rebuilt_at: datetime | None
    rebuilt_position: int | None
    has_previous: bool
    has_leftover: bool
    is_planned: bool


class ProjectionList(Shown):
    """All read tables."""

    data: list[Projection]


class Job(Shown):
    """Something that takes a while. `done` of `total` is how far the present step is; 0 of 0 is not known."""

    id: UUID
    kind: Literal["rebuild", "roll-back", "mend", "verify", "rotate-keys"]
    projection: str | None
    organization_id: UUID | None
    state: Literal["queued", "running", "succeeded", "failed", "interrupted"]
    step: str | None
    done: int
    total: int
    result: dict[str, Any] | None
    error: dict[str, Any] | None
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
