"""The layout of what is hashed, byte by byte: a published format cannot change unnoticed."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest

from application.verification.hash_chain import genesis_hash
from tests.chained_events import ChainedEvent, canonical_bytes, event_hash

EVENT = ChainedEvent(
    organization_id=UUID("00010203-0405-0607-0809-0a0b0c0d0e0f"),
    org_sequence=2,
    aggregate_id=UUID(int=3),
    revision=4,
    topic="provider.renamed",
    state=b'{"name":"x"}',
    actor="é",
    command_id=UUID(int=5),
    correlation_id="",
    reason=None,
    recorded_at=datetime(1970, 1, 1, 0, 0, 1, 7, tzinfo=UTC),
)
OTHER_VALUES = {
    "organization_id": UUID(int=9),
    "org_sequence": 3,
    "aggregate_id": UUID(int=4),
    "revision": 5,
    "topic": "provider.disabled",
    "state": b"{}",
    "actor": "e",
    "command_id": UUID(int=6),
    "correlation_id": "r",
    "reason": "",
    "recorded_at": EVENT.recorded_at + timedelta(microseconds=1),
}


def test_an_event_is_laid_out_as_documented() -> None:
    assert (
        canonical_bytes(b"\xaa" * 32, EVENT)
        == bytes.fromhex(
            "6d6f64656c626f6f6b2f6576656e742f31"  # modelbook/event/1
            + "aa" * 32
            + "000102030405060708090a0b0c0d0e0f"
            "0000000000000002"
            "00000000000000000000000000000003"
            "00000004"
            "0000001070726f76696465722e72656e616d6564"
            "00000002c3a9"
            "00000000000000000000000000000005"
            "00000000"
            "ffffffff"
            "00000000000f4247" + sha256(EVENT.state).hexdigest()
        )
    )


def test_a_hash_is_the_sha_256_of_that() -> None:
    previous = genesis_hash(EVENT.organization_id)
    assert previous == sha256(b"modelbook/genesis/1" + EVENT.organization_id.bytes).digest()
    assert event_hash(previous, EVENT) == sha256(canonical_bytes(previous, EVENT)).digest()


@pytest.mark.parametrize("field", [field.name for field in fields(ChainedEvent)])
def test_a_hash_vouches_for_every_field(field: str) -> None:
    altered = replace(EVENT, **{field: OTHER_VALUES[field]})  # type: ignore[arg-type]
    assert event_hash(bytes(32), altered) != event_hash(bytes(32), EVENT)


def test_a_hash_vouches_for_what_came_before() -> None:
    assert event_hash(bytes(32), EVENT) != event_hash(bytes(31) + b"\1", EVENT)


def test_a_text_cannot_borrow_from_its_neighbour() -> None:
    one = replace(EVENT, actor="ab", correlation_id="")
    other = replace(EVENT, actor="a", correlation_id="b")
    assert event_hash(bytes(32), one) != event_hash(bytes(32), other)


def test_a_moment_is_the_same_in_every_zone() -> None:
    elsewhere = replace(EVENT, recorded_at=EVENT.recorded_at.astimezone(timezone(timedelta(hours=-7))))
    assert event_hash(bytes(32), elsewhere) == event_hash(bytes(32), EVENT)
