"""Logs of one organization as bytes, with right hashes, for tests that make them wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from application.policies.chain import genesis_hash
from application.verification.stored import Head, StoredEvent, eight_bytes, number, stored_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

ORGANIZATION = UUID(int=7)


def an_event(sequence: int, *, position: int | None = None, state: bytes | None = None) -> StoredEvent:
    """Return an event that is not linked to any other yet."""
    return StoredEvent(
        organization_id=ORGANIZATION.bytes,
        org_sequence=eight_bytes(sequence),
        position=eight_bytes(3 * sequence if position is None else position),
        aggregate_id=uuid5(ORGANIZATION, str(sequence)).bytes,
        revision=(1).to_bytes(4, "big"),
        topic=b"model.renamed",
        actor=b"user-1",
        command_id=uuid5(ORGANIZATION, f"command {sequence}").bytes,
        correlation_id=b"request-1",
        reason=None if sequence % 2 else "weil ✓".encode(),
        recorded_at=eight_bytes(1_700_000_000_000_000 + sequence // 3),
        state=state or f'{{"name":"{sequence}"}}'.encode(),
        previous_hash=b"",
        hash=b"",
    )


def chained(events: Sequence[StoredEvent], *, start: int = 0) -> list[StoredEvent]:
    """Return the events with each hash as it should be, from the one at the index `start` on."""
    linked = list(events)
    for index in range(start, len(linked)):
        before = linked[index - 1].hash if index else genesis_hash(ORGANIZATION)
        linked[index] = linked[index]._replace(previous_hash=before)
        linked[index] = linked[index]._replace(hash=stored_hash(linked[index]))
    return linked


def a_log(length: int) -> list[StoredEvent]:
    """Return a log in which nothing is wrong."""
    return chained([an_event(sequence) for sequence in range(1, length + 1)])


def head_of(events: Sequence[StoredEvent]) -> Head:
    """Return what the head of the log should be."""
    return Head(ORGANIZATION.bytes, number(events[-1].org_sequence), events[-1].hash)
