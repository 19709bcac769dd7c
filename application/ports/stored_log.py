"""The log as it is stored, for those who do not trust it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from application.verification.stored import Head, StoredEvent


@dataclass(frozen=True, slots=True)
class Span:
    """Events of one organization from one on, in the order of their sequence numbers."""

    organization_id: UUID
    org_sequence: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Irregularities:
    """What no single organization's chain shows; everything that is found is of one moment, and of each at most 1,000.

    `headless` are events of organizations without a head, `beyond` those after their head's, `misnumbered` those whose
    revision does not follow the one before it of the same aggregate.
    """

    headless: Sequence[Span] = ()
    beyond: Sequence[Span] = ()
    misnumbered: Sequence[Span] = ()


class StoredLog(Protocol):
    """Reads what the database holds, of one organization or of all; nothing is held open between two batches.

    Every method raises `Unavailable` where the database cannot be reached.
    """

    async def event_count(self) -> int:
        """Return how many events the heads say there are."""
        ...

    async def seconds_ahead(self) -> float:
        """Return by how much a newest event is dated in the future of the clock at most, 0 when none is."""
        ...

    async def heads(self, after: bytes | None, limit: int) -> Sequence[Head]:
        """Return heads by organization id, from the one after this id."""
        ...

    def events(self, first: bytes, last: bytes) -> AsyncIterator[Sequence[StoredEvent]]:
        """Give the events of the organizations from the first to the last id, by organization and sequence number.

        The events are tuples of the columns in their order, perhaps without their names.
        """
        ...

    async def irregularities(self) -> Irregularities:
        """Return what is wrong between organizations, heads and aggregates."""
        ...

    async def hashes(self, places: Sequence[tuple[UUID, int]]) -> Sequence[bytes | None]:
        """Return the hash of the event at each of these sequence numbers, none where there is none."""
        ...
