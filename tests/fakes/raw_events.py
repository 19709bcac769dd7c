"""A stored log of one organization, in memory."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from application.verification.checkpoint_storage import NewestCheckpoint
from application.verification.hash_chain import Head, StoredEvent, number
from application.verification.raw_events import EventsWithoutHead, Span, WrongCredential
from application.verification.verification_proofs import Proof

_BATCH = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class FakeRawEvents:
    """Implements `application.verification.raw_events.RawEvents`; nothing in its database is wrong."""

    kept: list[StoredEvent]
    recorded: NewestCheckpoint | None = None
    proved: list[Proof] = field(default_factory=list)
    read: list[Span] = field(default_factory=list)
    ahead: float = 0.0

    async def event_count(self) -> int:
        return len(self.kept)

    async def seconds_ahead(self) -> float:
        return self.ahead

    async def heads(self, after: bytes | None, limit: int) -> Sequence[Head]:  # noqa: ARG002 - there is one
        if after is not None or not self.kept:
            return []
        last = self.kept[-1]
        return [Head(last.organization_id, number(last.org_sequence), last.hash)]

    async def events(self, spans: Sequence[Span]) -> AsyncIterator[Sequence[StoredEvent]]:
        for span in spans:
            self.read.append(span)
            wanted = [event for event in self.kept if span.after < number(event.org_sequence) <= span.until]
            for start in range(0, len(wanted), _BATCH):
                yield wanted[start : start + _BATCH]

    async def unchanged(self, heads: Sequence[Head]) -> Sequence[bool]:
        return [True for _ in heads]

    async def revisions(self, span: Span, aggregate_ids: Sequence[UUID]) -> Mapping[UUID, int]:
        return {
            id_: max(
                number(event.revision)
                for event in self.kept
                if event.aggregate_id == id_.bytes and number(event.org_sequence) <= span.until
            )
            for id_ in aggregate_ids
            if any(event.aggregate_id == id_.bytes for event in self.kept[: span.until])
        }

    async def strays(self) -> Sequence[EventsWithoutHead]:
        return []

    async def beyond(self, organization_ids: Sequence[UUID]) -> Sequence[EventsWithoutHead]:  # noqa: ARG002 - nothing is
        return []

    async def wrong_credentials(self, organization_ids: Sequence[UUID]) -> Sequence[WrongCredential]:  # noqa: ARG002
        return []

    async def hashes(self, places: Sequence[tuple[UUID, int]]) -> Sequence[bytes | None]:
        by_sequence = {number(event.org_sequence): event.hash for event in self.kept}
        return [by_sequence.get(sequence) for _, sequence in places]

    async def times(self, places: Sequence[tuple[UUID, int]]) -> Sequence[datetime | None]:
        times = {number(event.org_sequence): number(event.recorded_at) for event in self.kept}
        return [_EPOCH + timedelta(microseconds=times[sequence]) for _, sequence in places]

    async def newest_checkpoint(self) -> NewestCheckpoint | None:
        return self.recorded

    async def proofs(self, organization_ids: Sequence[UUID]) -> Sequence[Proof]:
        return [proof for proof in self.proved if proof.organization_id in organization_ids]

    async def keep_proofs(self, proofs: Sequence[Proof]) -> None:
        kept = {proof.organization_id for proof in proofs}
        self.proved = [proof for proof in self.proved if proof.organization_id not in kept] + list(proofs)
