"""Logs of one organization as bytes, with right hashes, for tests that make them wrong."""

from collections.abc import Sequence
from uuid import UUID

from application.verification.hash_chain import Head, StoredEvent, eight_bytes, genesis_hash, number, stored_hash

ORGANIZATION = UUID(int=7)


def an_event(sequence: int, *, state: bytes | None = None) -> StoredEvent:
    """Return an event that is not linked to any other yet."""
    return StoredEvent(
        organization_id=ORGANIZATION.bytes,
        org_sequence=eight_bytes(sequence),
        aggregate_id=_id(1, sequence),
        revision=(1).to_bytes(4, "big"),
        topic=b"model.renamed",
        actor=b"user-1",
        command_id=_id(2, sequence),
        correlation_id=b"request-1",
        reason=None if sequence % 2 else "weil ✓".encode(),
        recorded_at=eight_bytes(1_700_000_000_000_000 + sequence // 3),
        state=state or f'{{"name":"{sequence}"}}'.encode(),
        previous_hash=b"",
        hash=b"",
    )


def _id(kind: int, number_: int) -> bytes:
    return kind.to_bytes(8, "big") + eight_bytes(number_)


def chained(events: Sequence[StoredEvent], *, start: int = 0) -> list[StoredEvent]:
    """Return the events with each hash as it should be, from the one at the index `start` on."""
    linked = list(events)
    before = linked[start - 1].hash if start else genesis_hash(ORGANIZATION)
    for index in range(start, len(linked)):
        # Many are made for some tests, and `_replace` takes its time.
        said = linked[index][:11]
        hash_ = stored_hash(StoredEvent(*said, before, b""))
        linked[index] = StoredEvent(*said, before, hash_)
        before = hash_
    return linked


def a_log(length: int) -> list[StoredEvent]:
    """Return a log in which nothing is wrong."""
    return chained([an_event(sequence) for sequence in range(1, length + 1)])


def head_of(events: Sequence[StoredEvent]) -> Head:
    """Return what the head of the log should be."""
    return Head(ORGANIZATION.bytes, number(events[-1].org_sequence), events[-1].hash)
