"""What is hashed of an event, as `application.verification.hash_chain` describes it, written a second time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedEvent:
    """Everything of an event that its hash vouches for; `state` is the stored bytes, `recorded_at` knows its zone."""

    organization_id: UUID
    org_sequence: int
    aggregate_id: UUID
    revision: int
    topic: str
    state: bytes
    actor: str
    command_id: UUID
    correlation_id: str
    reason: str | None
    recorded_at: datetime


def event_hash(previous_hash: bytes, event: ChainedEvent) -> bytes:
    """Return the event's hash, given that of the organization's event before it."""
    return sha256(canonical_bytes(previous_hash, event)).digest()


def canonical_bytes(previous_hash: bytes, event: ChainedEvent) -> bytes:
    """Return the bytes that are hashed."""
    return b"".join(
        (
            b"modelbook/event/1",
            previous_hash,
            event.organization_id.bytes,
            _number(event.org_sequence, 8),
            event.aggregate_id.bytes,
            _number(event.revision, 4),
            _framed(event.topic),
            _framed(event.actor),
            event.command_id.bytes,
            _framed(event.correlation_id),
            _framed(event.reason),
            _number((event.recorded_at - _EPOCH) // timedelta(microseconds=1), 8),
            sha256(event.state).digest(),
        )
    )


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big", signed=True)


def _framed(text: str | None) -> bytes:
    if text is None:
        return _number(-1, 4)
    encoded = text.encode("utf-8")
    return _number(len(encoded), 4) + encoded
