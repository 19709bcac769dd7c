"""The event feed: notifications about new events, and reads after a position."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """That something happened, not what: who may see the thing reads it again."""

    position: int
    topic: str
    aggregate_id: UUID
    revision: int
    actor: str
    recorded_at: datetime


class EventFeed(Protocol):
    """Reads an organization's log for a follower who is authorized to see it.

    Each method raises `Unavailable` where the database cannot be reached.
    """

    async def position(self, organization_id: UUID) -> int:
        """Return the position of the organization's newest event, 0 when it has none."""
        ...

    async def after(self, organization_id: UUID, position: int, limit: int) -> Sequence[FeedEvent]:
        """Return the organization's events after a position, oldest first.

        Positions are the organization's own, from 1 without a gap: when an event can be seen, so can all before it.
        """
        ...


class Signals(Protocol):
    """Hints that an organization's log has grown. A hint may be late or lost, so nobody waits for hints alone."""

    @property
    def are_alive(self) -> bool:
        """Whether hints can be expected at the moment."""
        ...

    def listen(self, organization_id: UUID, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` at every hint, until the function that is returned is called."""
        ...
