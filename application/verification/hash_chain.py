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

Events are handled as bytes in the binary format of the database, so that a million of them are verified without
decoding.
"""

from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

_TAG: Final = b"modelbook/event/1"
_NONE: Final = (-1).to_bytes(4, "big", signed=True)
_LENGTHS: Final = [length.to_bytes(4, "big") for length in range(1024)]


class StoredEvent(NamedTuple):
    """The columns of an event; numbers are big-endian, texts UTF-8, the time microseconds since 1970-01-01 UTC."""

    organization_id: bytes
    org_sequence: bytes
    aggregate_id: bytes
    revision: bytes
    topic: bytes
    actor: bytes
    command_id: bytes
    correlation_id: bytes
    reason: bytes | None
    recorded_at: bytes
    state: bytes
    previous_hash: bytes
    hash: bytes


class Head(NamedTuple):
    """The end of an organization's log as its head names it."""

    organization_id: bytes
    org_sequence: int
    hash: bytes


def genesis_hash(organization_id: UUID) -> bytes:
    """Return the hash that an organization's first event links to."""
    return sha256(b"modelbook/genesis/1" + organization_id.bytes).digest()


def stored_hash(event: StoredEvent) -> bytes:
    """Return the hash of the event, computed from its columns, which include the hash of the previous event.

    Takes a tuple or named tuple of the columns.
    """
    organization_id, sequence, aggregate_id, revision, topic, actor, command_id, correlation_id = event[:8]
    reason, recorded_at, state, previous_hash = event[8:12]
    return sha256(
        b"".join(
            (
                _TAG,
                previous_hash,
                organization_id,
                sequence,
                aggregate_id,
                revision,
                _length(topic),
                topic,
                _length(actor),
                actor,
                command_id,
                _length(correlation_id),
                correlation_id,
                _NONE if reason is None else _length(reason) + reason,
                recorded_at,
                sha256(state).digest(),
            )
        )
    ).digest()


def number(value: bytes) -> int:
    """Return the big-endian bytes as a number."""
    return int.from_bytes(value, "big", signed=True)


def eight_bytes(value: int) -> bytes:
    """Return the number as eight big-endian bytes."""
    return value.to_bytes(8, "big", signed=True)


def _length(text: bytes) -> bytes:
    size = len(text)
    return _LENGTHS[size] if size < len(_LENGTHS) else size.to_bytes(4, "big")
