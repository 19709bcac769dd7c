"""Checkpoints vouch for the log and for each other; whatever is changed in their file shows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from adapters.checkpoints.signing_key import Ed25519Signatures, SigningKey
from application.commands.write_checkpoint import WriteCheckpoint, write_checkpoint
from application.verification.anchors import CheckpointReader
from application.verification.checkpoints import HeadLeaf, MalformedCheckpoint, line_bytes, parse_line
from application.verification.merkle import root
from tests.fakes.checkpoints import FakeHeads, FakeSink

if TYPE_CHECKING:
    from application.verification.checkpoints import Checkpoint

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


class _Noon:
    def now(self) -> datetime:
        return NOON


@dataclass
class World:
    """A log whose heads move, and its checkpoints."""

    sink: FakeSink = field(default_factory=FakeSink)
    heads: FakeHeads = field(default_factory=FakeHeads)

    def move(self, *organizations: int) -> None:
        leaves = {leaf.organization_id: leaf for leaf in self.heads.leaves}
        for organization in organizations:
            organization_id = UUID(int=organization)
            before = leaves.get(organization_id)
            sequence = 1 if before is None else before.org_sequence + 1
            hash_ = bytes([organization, sequence]) * 16
            leaves[organization_id] = HeadLeaf(organization_id, sequence, hash_)
        self.heads.leaves = sorted(leaves.values(), key=lambda leaf: leaf.organization_id.bytes)

    async def write(self, *, always: bool = False, key: SigningKey = KEY) -> Checkpoint | None:
        return await write_checkpoint(
            WriteCheckpoint(always=always), heads=self.heads, sink=self.sink, key=key, clock=_Noon()
        )

    async def read(self, public_key: bytes = KEY.public_key, *, newest_part: bool = False) -> CheckpointReader:
        reader = CheckpointReader(self.sink, Ed25519Signatures(), public_key, keep_heads=True)
        async for _ in reader.told(newest_part=newest_part):
            pass
        return reader


async def _three() -> World:
    world = World()
    for moved in [(1, 2, 3), (2,), (1, 4)]:
        world.move(*moved)
        await world.write()
    return world


async def test_a_checkpoint_is_over_all_heads_and_lists_those_that_moved() -> None:
    world = await _three()
    lines = [parse_line(line) for line in world.sink.held]
    assert [[head.organization_id.int for head in line.moved] for line in lines] == [[1, 2, 3], [2], [1, 4]]
    assert [line.signed.checkpoint.number for line in lines] == [1, 2, 3]
    last = lines[-1].signed.checkpoint
    assert (last.position, last.organizations, last.at) == (6, 4, "2026-01-02T12:00:00Z")
    assert last.root == root([head.leaf for head in world.heads.leaves]).hex()
    reader = await world.read()
    assert reader.findings == []
    assert reader.heads == {head.organization_id: head for head in world.heads.leaves}


async def test_where_nothing_moved_there_is_none_unless_one_is_asked_for() -> None:
    world = await _three()
    assert await world.write() is None
    wanted = await world.write(always=True)
    assert wanted is not None
    assert (wanted.number, wanted.position) == (4, 6)
    assert (await world.read()).findings == []


async def test_a_log_without_events_has_a_checkpoint_too() -> None:
    world = World()
    assert (await world.write()) is not None
    reader = await world.read()
    assert (reader.findings, reader.heads) == ([], {})


async def test_the_torn_line_of_a_writer_that_died_is_passed_over() -> None:
    world = await _three()
    world.sink.held.append(world.sink.held[-1][:70])
    assert [finding.message for finding in (await world.read()).findings] == [
        "Line 4 of the checkpoints cannot be read."
    ]
    world.move(2)
    following = await world.write()
    assert following is not None
    assert following.number == 4
    assert (await world.read()).findings == []


@given(number=st.integers(0, 2), place=st.integers(0, 10_000))
async def test_a_changed_line_is_noticed(number: int, place: int) -> None:
    world = await _three()
    line = bytearray(world.sink.held[number])
    line[place % len(line)] ^= 1
    world.sink.held[number] = bytes(line)
    assert (await world.read()).findings != []


@pytest.mark.parametrize("number", [0, 1])
async def test_a_line_that_is_missing_is_noticed(number: int) -> None:
    world = await _three()
    del world.sink.held[number]
    assert (await world.read()).findings != []


async def test_lines_in_another_order_are_noticed() -> None:
    world = await _three()
    world.sink.held[0], world.sink.held[1] = world.sink.held[1], world.sink.held[0]
    assert (await world.read()).findings != []


async def test_a_line_of_somebody_elses_key_is_noticed() -> None:
    world = await _three()
    world.move(1)
    await world.write(key=SigningKey(Ed25519PrivateKey.generate()))
    [finding] = (await world.read()).findings
    assert "not signed with the key" in finding.message
    assert len((await (await _three()).read(bytes(32))).findings) == 1


async def test_a_head_that_changed_without_an_event_is_noticed() -> None:
    world = await _three()
    world.heads.leaves = [*world.heads.leaves[1:], HeadLeaf(UUID(int=9), 1, bytes(32))]
    world.move(2)
    await world.write()
    [finding] = (await world.read()).findings
    assert "changed without a new event" in finding.message


async def test_the_first_checkpoint_of_a_part_lists_all_heads() -> None:
    world = World(FakeSink(part_lines=3))
    for moved in [(1, 2, 3), (2,), (1, 4), (2,), (3,)]:
        world.move(*moved)
        await world.write()
    lines = [parse_line(line) for line in world.sink.held]
    assert [[head.organization_id.int for head in line.moved] for line in lines[3:]] == [[1, 2, 3, 4], [3]]
    whole, part = await world.read(), await world.read(newest_part=True)
    assert (whole.findings, part.findings) == ([], [])
    assert (whole.first_number, part.first_number) == (1, 4)
    assert whole.heads == part.heads == {head.organization_id: head for head in world.heads.leaves}


async def test_checkpoints_that_were_archived_are_not_missed() -> None:
    world = World(FakeSink(part_lines=3))
    for moved in [(1, 2, 3), (2,), (1, 4), (2,), (3,)]:
        world.move(*moved)
        await world.write()
    del world.sink.held[:3]
    reader = await world.read()
    assert (reader.findings, reader.first_number) == ([], 4)
    del world.sink.held[:1]
    [missing, *_] = (await world.read()).findings
    assert missing.message == "Checkpoint 5 does not follow the one before it: the file was changed."


async def test_one_organization_is_told_of_its_own_heads() -> None:
    world = await _three()
    reader = CheckpointReader(world.sink, Ed25519Signatures(), KEY.public_key, keep_heads=False)
    told = [head.org_sequence async for heads in reader.told(UUID(int=1)) for head in heads]
    assert (told, reader.findings, reader.heads) == ([1, 2], [], {})


async def test_a_line_has_one_spelling() -> None:
    [line, *_] = (await _three()).sink.held
    assert line_bytes(parse_line(line)) == line
    document = json.loads(line)
    others = [
        json.dumps(document).encode(),
        line.replace(b'"heads"', b'"unknown":1,"heads"'),
        line.replace(b"modelbook/checkpoint/1", b"modelbook/checkpoint/2"),
        line.replace(b'"number":1', b'"number":true'),
        line.replace(b'"number":1', b'"number":1.0'),
        line[:-1],
        b"[]",
        b"{}",
        b"",
    ]
    for other in others:
        with pytest.raises(MalformedCheckpoint):
            parse_line(other)
