"""The log as auditors read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One event with all that is known of it; `facts` are JSON values as stored in the log, of whatever version.

    `position` is the number of the event within the organization, from 1 without a gap. `aggregate_name` comes with
    lists of the whole organization: what the provider, model or access key is called now, or was called at first if it
    is gone. `actor_name` is what the actor is called, if it is a member of the organization; it is in no event.
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
    aggregate_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which events; none lets all through. `since` is included, `until` is not."""

    aggregate_id: UUID | None = None
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

    async def newest(self, filters: AuditFilter, limit: int, before: int | None) -> Sequence[AuditEntry]:
        """Return events, newest first, from the one before this position."""
        ...

    async def count(self, filters: AuditFilter, *, most: int | None = None) -> int:
        """Return how many events the filter lets through; with `most`, no more than that are counted."""
        ...
