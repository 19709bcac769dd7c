"""The hash chain of an organization's events, so that anybody can verify an exported log without the database.

Each event's hash is the SHA-256 of these bytes, one after the other:

    bytes     what
    20        "modelbook/event/1" in ASCII
    32        the hash of the organization's event before it, or its genesis hash
    16        organization id
    8         sequence number within the organization, from 1 without a gap
    16        aggregate id
    4         revision of the aggregate
    4 + n     topic
    4 + n     actor
    16        command id
    4 + n     correlation id
    4 + n     reason
    8         time of recording, in microseconds since 1970-01-01 UTC
    32        SHA-256 of the event's stored state

Numbers are signed and big-endian, ids as RFC 9562 orders their bytes. A text is the number of its bytes and its
bytes in UTF-8; where there is none, the number is -1. The genesis hash is the SHA-256 of "modelbook/genesis/1" and
the organization id. The SQL function `event_hash` computes the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
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


def genesis_hash(organization_id: UUID) -> bytes:
    """Return the hash that an organization's first event links to."""
    return sha256(b"modelbook/genesis/1" + organization_id.bytes).digest()


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
