"""The common root of all aggregates."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from eventsourcing.domain import AggregateEvent, BaseAggregate, CanMutateAggregate

# Events are dated by the database when they are recorded; until then they carry this mark.
UNRECORDED = datetime(1, 1, 1, tzinfo=UTC)


class Root(BaseAggregate[UUID]):
    """An aggregate named by a UUID, whose every event has a topic of its own.

    `created_on` and `modified_on` are the database's times once the aggregate has been loaded from the log,
    and `UNRECORDED` before: the domain has no clock.
    """

    class Event(AggregateEvent):
        """Something that happened to one aggregate; `timestamp` is filled in from the log."""

        @staticmethod
        def create_timestamp() -> datetime:
            """Return the mark of an event that the log has not dated yet."""
            return UNRECORDED

    recorded_position: int | None
    """Log position of the last event the log is known to hold; none before the first save."""

    @property
    def revision(self) -> int:
        """How many events the aggregate has lived through."""
        return self.version

    def drain(self) -> list[CanMutateAggregate[UUID]]:
        """Return the events decided since the last call, oldest first, and forget them."""
        return list(self.collect_events())
