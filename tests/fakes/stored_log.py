"""A stored log of one organization, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from application.ports.stored_log import Irregularities
from application.verification.stored import Head, number

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from application.verification.stored import StoredEvent

_BATCH = 5


@dataclass
class FakeStoredLog:
    """Fulfils `application.ports.stored_log.StoredLog`."""

    kept: list[StoredEvent]
    irregular: Irregularities = field(default_factory=Irregularities)
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

    async def events(self, first: bytes, last: bytes) -> AsyncIterator[Sequence[StoredEvent]]:  # noqa: ARG002
        for start in range(0, len(self.kept), _BATCH):
            yield self.kept[start : start + _BATCH]

    async def irregularities(self) -> Irregularities:
        return self.irregular

    async def hashes(self, places: Sequence[tuple[UUID, int]]) -> Sequence[bytes | None]:
        by_sequence = {number(event.org_sequence): event.hash for event in self.kept}
        return [by_sequence.get(sequence) for _, sequence in places]
