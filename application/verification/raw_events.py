"""The log as it is stored, for those who do not trust it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.verification.checkpoint_storage import NewestCheckpoint
from application.verification.hash_chain import Head, StoredEvent
from application.verification.verification_proofs import Proof


@dataclass(frozen=True, slots=True)
class Span:
    """Events of one organization, after one sequence number and up to another."""

    organization_id: UUID
    after: int
    until: int


@dataclass(frozen=True, slots=True)
class EventsWithoutHead:
    """Events that no head speaks of, in the order of their sequence numbers from the first one on."""

    organization_id: UUID
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class WrongCredential:
    """A provider whose stored key is not the one that the log speaks of, by their versions; none: no key."""

    organization_id: UUID
    provider_id: UUID
    stored: int | None
    recorded: int | None


class RawEvents(Protocol):
    """Reads what the database holds, of one organization or of all; nothing is held open between two batches.

    Every method raises `Unavailable` where the database cannot be reached.
    """

    async def event_count(self) -> int:
        """Return how many events there are by the heads."""
        ...

    async def seconds_ahead(self) -> float:
        """Return by how much a newest event is dated in the future of the clock at most, 0 when none is."""
        ...

    async def heads(self, after: bytes | None, limit: int) -> Sequence[Head]:
        """Return heads by organization id, from the one after this id."""
        ...

    def events(self, spans: Sequence[Span]) -> AsyncIterator[Sequence[StoredEvent]]:
        """Give the events of the spans, one span after the other, by sequence number.

        The events are tuples of the columns in their order, perhaps without their names.
        """
        ...

    async def unchanged(self, heads: Sequence[Head]) -> Sequence[bool]:
        """Return for each organization whether the database itself finds its events complete up to this head."""
        ...

    async def revisions(self, span: Span, aggregate_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        """Return the newest revisions of aggregates among the events of the span; nothing of those it has none of."""
        ...

    async def strays(self) -> Sequence[EventsWithoutHead]:
        """Return events of organizations without a head, at most 1,000."""
        ...

    async def beyond(self, organization_ids: Sequence[UUID]) -> Sequence[EventsWithoutHead]:
        """Return events after the end that their organization's head names."""
        ...

    async def wrong_credentials(self, organization_ids: Sequence[UUID]) -> Sequence[WrongCredential]:
        """Return the stored keys that differ from the log, at most 1,000."""
        ...

    async def hashes(self, places: Sequence[tuple[UUID, int]]) -> Sequence[bytes | None]:
        """Return the hash of the event at each of these sequence numbers, none where there is none."""
        ...

    async def times(self, places: Sequence[tuple[UUID, int]]) -> Sequence[datetime | None]:
        """Return when the event at each of these sequence numbers was recorded, none where there is none."""
        ...

    async def newest_checkpoint(self) -> NewestCheckpoint | None:
        """Return the newest checkpoint that was recorded."""
        ...

    async def proofs(self, organization_ids: Sequence[UUID]) -> Sequence[Proof]:
        """Return what was proved before, whoever says so."""
        ...

    async def keep_proofs(self, proofs: Sequence[Proof]) -> None:
        """Keep proofs, each in the place of its organization's last one."""
        ...
