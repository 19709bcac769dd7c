"""The log as auditors read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from application.ports.log_pages import LogPage


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One event with all that is known of it; `facts` are JSON values as stored in the log, of whatever version.

    `position` is the number of the event within the organization, from 1 without a gap. `actor_name` is what the actor
    is called, if it is a member of the organization; it is in no event.
    """

    position: int
    aggregate_id: UUID
    revision: int
    topic: str
    facts: Mapping[str, Any]
    actor: str
    command_id: UUID
    correlation_id: str
    reason: str | None
    recorded_at: datetime
    hash: bytes
    actor_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which events; none lets all through. `since` is included, `until` is not.

    `name` is what the event's `aggregate_name` is, whatever the case.
    """

    aggregate_id: UUID | None = None
    name: str | None = None
    actor: str | None = None
    command_id: UUID | None = None
    topic: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditLog(Protocol):
    """Reads the log of the current caller's organization."""

    async def of_aggregate(self, aggregate_id: UUID, *, limit: int | None, before: int | None) -> Sequence[AuditEntry]:
        """Return events of one aggregate, newest first, from the one before this revision.

        Nothing when the organization has no aggregate of this id.
        """
        ...

    async def at_revisions(self, aggregate_id: UUID, revisions: Sequence[int]) -> Sequence[AuditEntry]:
        """Return those of these events of an aggregate that there are, oldest first."""
        ...

    async def revision_at(self, aggregate_id: UUID, time: datetime) -> int:
        """Return the revision of the aggregate's last event at or before a time, 0 where there is none."""
        ...

    async def page(self, filters: AuditFilter, limit: int, before: int | None) -> LogPage[int]:
        """Return events as JSON, newest first, from the one before this position.

        Each has the name of what it is about, which is what that is called now, or was called at first if it is gone.
        """
        ...

    async def lines(self, filters: AuditFilter, limit: int, before: int | None) -> LogPage[int]:
        """Return the same as lines of CSV."""
        ...

    async def count(self, filters: AuditFilter, *, most: int | None = None) -> int:
        """Return how many events the filter lets through; with `most`, no more than that are counted."""
        ...
