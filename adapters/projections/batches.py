"""The log in parts that can be folded one by one: ranges of organizations, and of aggregates in large ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LEAST: Final = UUID(int=0)
GREATEST: Final = UUID(int=2**128 - 1)
# So many events and what becomes of them take some 50 MB.
BATCH_EVENTS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Batch:
    """The aggregates in one range of ids of the organizations in another, ends included; about so many events."""

    first_organization: UUID
    last_organization: UUID
    events: int
    first_aggregate: UUID = LEAST
    last_aggregate: UUID = GREATEST
    organizations: Sequence[UUID] = ()

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The range, as the statements take it."""
        return {
            "first_organization": self.first_organization,
            "last_organization": self.last_organization,
            "first_aggregate": self.first_aggregate,
            "last_aggregate": self.last_aggregate,
        }


def batches(heads: Sequence[tuple[UUID, int]], *, size: int = BATCH_EVENTS, whole: bool = False) -> Iterator[Batch]:
    """Yield batches that together cover every id there can be, given how many events each organization has.

    `heads` come in the order of their ids; `whole` keeps each organization in one batch.
    """
    start, gathered, events = 0, list[UUID](), 0
    for organization_id, count in heads:
        if count > size and not whole:
            if organization_id.int != start:
                yield Batch(UUID(int=start), UUID(int=organization_id.int - 1), events, organizations=gathered)
            yield from _parts(organization_id, count, size)
            start, gathered, events = organization_id.int + 1, [], 0
            continue
        gathered.append(organization_id)
        events += count
        if events >= size:
            yield Batch(UUID(int=start), organization_id, events, organizations=gathered)
            start, gathered, events = organization_id.int + 1, [], 0
    if start <= GREATEST.int:
        yield Batch(UUID(int=start), GREATEST, events, organizations=gathered)


def _parts(organization_id: UUID, count: int, size: int) -> Iterator[Batch]:
    parts = -(-count // size)
    edges = [part * 2**128 // parts for part in range(parts + 1)]
    for number, (first, end) in enumerate(pairwise(edges)):
        yield Batch(
            organization_id,
            organization_id,
            count // parts,
            UUID(int=first),
            UUID(int=end - 1),
            [organization_id] if number == 0 else [],
        )


def within(organization_id: UUID, parts: Iterator[Batch]) -> Iterator[Batch]:
    """Yield those of the batches that are about the organization, without what is around it."""
    for batch in parts:
        if batch.first_organization <= organization_id <= batch.last_organization and batch.events:
            yield replace(batch, first_organization=organization_id, last_organization=organization_id)
