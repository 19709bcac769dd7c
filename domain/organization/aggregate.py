"""The Organization aggregate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.domain import AggregateCreated, event

from domain.names import checked_name
from domain.root import Root

if TYPE_CHECKING:
    from uuid import UUID


class Organization(Root):
    """A tenant with a name. Its id is the organization id in the tokens of its members."""

    TOPIC = "organization"

    class Registered(Root.Event, AggregateCreated):
        TOPIC = "organization.registered"
        name: str

    class Renamed(Root.Event):
        TOPIC = "organization.renamed"
        name: str

    class Removed(Root.Event):
        TOPIC = "organization.removed"

    class Restored(Root.Event):
        TOPIC = "organization.restored"
        lost_from: int
        lost_until: int

    @classmethod
    def register(cls, organization_id: UUID, *, name: str) -> Organization:
        """Register the organization under a name."""
        return cls._create(cls.Registered, id=organization_id, name=checked_name(name))

    @event(Registered)
    def __init__(self, name: str) -> None:
        self.name = name

    def rename(self, name: str) -> None:
        """Rename the organization. No event if the name is unchanged."""
        checked = checked_name(name)
        if checked != self.name:
            self._renamed(name=checked)

    def restore(self, lost_from: int, lost_until: int) -> None:
        """Record that a restored backup lacks the events of the organization between two sequence numbers."""
        self._restored(lost_from=lost_from, lost_until=lost_until)

    def remove(self) -> None:
        """Remove the organization. It cannot be changed afterwards."""
        if not self.is_removed:
            self._removed()

    @event(Renamed)
    def _renamed(self, name: str) -> None:
        self.name = name

    @event(Restored)
    def _restored(self, lost_from: int, lost_until: int) -> None:
        """Nothing changes: the event only records that the log lost events."""

    @event(Removed)
    def _removed(self) -> None:
        self.is_removed = True
