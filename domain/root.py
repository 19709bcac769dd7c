"""The common root of all aggregates, and decisions that several kinds of them share."""

from copy import copy
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

from eventsourcing.domain import AggregateEvent, BaseAggregate, CanInitAggregate, CanMutateAggregate

from domain.key_patterns import refuse_keys

# Events are dated by the database when they are recorded; until then they carry this mark.
UNRECORDED = datetime(1, 1, 1, tzinfo=UTC)


class DecidedAfterRemoval(RuntimeError):
    """A removed aggregate was changed, which is a bug in the calling code."""


class Root(BaseAggregate[UUID]):
    """An aggregate with a UUID. Each of its event classes has a topic of its own.

    `created_on` and `modified_on` are the database's times once the aggregate has been loaded from the log,
    and `UNRECORDED` before: the domain has no clock.
    """

    class Event(AggregateEvent):
        """An event of one aggregate. `timestamp` is set from the log."""

        @staticmethod
        def create_timestamp() -> datetime:
            """Return the timestamp of an event that is not in the log yet."""
            return UNRECORDED

    def __base_init__(self, originator_id: UUID, originator_version: int, timestamp: datetime) -> None:
        super().__base_init__(originator_id, originator_version, timestamp)
        self._recorded_position: int | None = None
        self.is_removed = False

    @classmethod
    def _create(
        cls,
        event_class: type[CanInitAggregate[UUID]],
        *,
        id: UUID | None = None,  # noqa: A002 - the library's name for it
        **kwargs: Any,  # noqa: ANN401 - the fields of any event
    ) -> Self:
        """Create the aggregate with its first event.

        Raises:
            InvalidValue: a text in the event contains an API key.
        """
        refuse_keys(kwargs)
        return super()._create(event_class, id=id, **kwargs)

    def trigger_event(self, event_class: type[CanMutateAggregate[UUID]], **kwargs: object) -> None:
        """Add an event to the pending ones and apply it.

        Raises:
            DecidedAfterRemoval: the aggregate was removed.
            InvalidValue: a text in the event contains an API key.
        """
        refuse_keys(kwargs)
        if self.is_removed:
            raise DecidedAfterRemoval(f"{type(self).__name__} {self.id}")
        super().trigger_event(event_class, **kwargs)

    @property
    def recorded_position(self) -> int | None:
        """The log position of the last loaded event; None before the first save."""
        return self._recorded_position

    @recorded_position.setter
    def recorded_position(self, position: int) -> None:
        self._recorded_position = position

    @property
    def revision(self) -> int:
        """The number of events of the aggregate, pending ones included."""
        return self.version

    def copied(self) -> Self:
        """Return the aggregate as it is: what is decided on one of the two from now on is not decided on the other.

        Events replace what an attribute holds, or change a list or mapping that it holds, but nothing within one.
        """
        copied = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict | list):
                setattr(copied, name, value.copy())
        return copied

    def drain(self) -> list[CanMutateAggregate[UUID]]:
        """Return the pending events, oldest first, and clear them."""
        return list(self.collect_events())


class Switchable:
    """The decisions of an aggregate that can be disabled; it applies them itself."""

    is_enabled: bool

    def enable(self) -> None:
        """Enable it. No event if it is enabled."""
        if not self.is_enabled:
            self._enabled()

    def disable(self) -> None:
        """Disable it. No event if it is disabled."""
        if self.is_enabled:
            self._disabled()

    def _enabled(self) -> None:
        raise NotImplementedError

    def _disabled(self) -> None:
        raise NotImplementedError


class Removable:
    """The decision of an aggregate that can be removed; it applies it itself."""

    is_removed: bool

    def remove(self) -> None:
        """Remove it. It cannot be changed afterwards."""
        if not self.is_removed:
            self._removed()

    def _removed(self) -> None:
        raise NotImplementedError
