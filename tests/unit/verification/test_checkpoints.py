"""Checkpoints vouch for the log and for each other; whatever is changed in their file shows."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import get_ident
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

import application.verification.write_checkpoint as write_checkpoint_module
from adapters.checkpoints.signing_key import Ed25519Signatures, SigningKey
from application.verification import checkpoint_reader
from application.verification.checkpoint_reader import CheckpointReader
from application.verification.checkpoints import (
    Checkpoint,
    HeadLeaf,
    LineOutline,
    MalformedCheckpoint,
    heads_root,
    line_bytes,
    outline,
    parse_line,
)
from application.verification.compare_with_checkpoints import CheckpointCheck
from application.verification.verification_proofs import Proof
from application.verification.write_checkpoint import WriteCheckpoint, write_checkpoint
from tests.fakes.checkpoints import FakeRegister, FakeSink

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


class _Noon:
    def now(self) -> datetime:
        return NOON


@dataclass
class World:
    """A log whose heads move, and its checkpoints."""

    sink: FakeSink = field(default_factory=FakeSink)
    register: FakeRegister = field(default_factory=FakeRegister)

    def move(self, *organizations: int) -> None:
        leaves = {leaf.organization_id: leaf for leaf in self.register.leaves}
        for organization in organizations:
            organization_id = UUID(int=organization)
            before = leaves.get(organization_id)
            sequence = 1 if before is None else before.org_sequence + 1
            hash_ = bytes([organization, sequence % 256]) * 16
            leaves[organization_id] = HeadLeaf(organization_id, sequence, hash_)
        self.register.leaves = sorted(leaves.values(), key=lambda leaf: leaf.organization_id.bytes)

    async def write(self, *, always: bool = False, key: SigningKey = KEY) -> Checkpoint | None:
        return await write_checkpoint(
            WriteCheckpoint(always=always), register=self.register, sink=self.sink, key=key, clock=_Noon()
        )

    async def read(self, public_key: bytes = KEY.public_key) -> CheckpointReader:
        reader = CheckpointReader(self.sink, Ed25519Signatures(), public_key, self.register.recorded)
        async for _ in reader.checkpoints():
            pass
        return reader


async def a_world() -> World:
    """Return a world of four organizations and three checkpoints."""
    world = World()
    for moved in [(1, 2, 3), (2,), (1, 4)]:
        world.move(*moved)
        await world.write()
    return world


async def test_the_first_checkpoint_is_over_all_heads_the_others_over_those_that_changed() -> None:
    world = await a_world()
    lines = [parse_line(line) for line in world.sink.held]
    assert [[head.organization_id.int for head in line.heads] for line in lines] == [[1, 2, 3], [2], [1, 4]]
    checkpoints = [line.signed.checkpoint for line in lines]
    assert [(each.number, each.covers, each.heads) for each in checkpoints] == [
        (1, "all", 3),
        (2, "changed", 1),
        (3, "changed", 2),
    ]
    assert {each.at for each in checkpoints} == {"2026-01-02T12:00:00.000Z"}
    assert len({each.sink for each in checkpoints}) == 1
    assert [each.root for each in checkpoints] == [heads_root(line.heads) for line in lines]
    reader = await world.read()
    assert (reader.findings, reader.end and reader.end[0]) == ([], 3)
    assert world.register.recorded is not None
    assert reader.end == (world.register.recorded.number, world.register.recorded.hash)


async def test_where_nothing_changed_there_is_none_unless_one_is_requested() -> None:
    assert await World().write() is None
    world = await a_world()
    assert await world.write() is None
    wanted = await world.write(always=True)
    assert wanted is not None
    assert (wanted.number, wanted.heads) == (4, 0)
    assert (await world.read()).findings == []


async def test_every_thousandth_is_over_all_heads_and_begins_a_part() -> None:
    world = await a_world()
    for _ in range(1_000):
        world.move(2)
        await world.write()
    full = [parse_line(line) for line in world.sink.held if b'"covers":"all"' in line]
    assert [line.signed.checkpoint.number for line in full] == [1, 1001]
    assert [head.organization_id.int for head in full[1].heads] == [1, 2, 3, 4]
    assert (world.sink.part_begin, len(world.sink.held)) == (1000, 1003)
    assert await _compared_from(world, checkpoint=1_000) == 1
    assert await _compared_from(world, checkpoint=1_001) == 1_001
    del world.sink.held[:1000]
    reader = await world.read()
    assert (reader.findings, reader.first and reader.first.number) == ([], 1001)


async def _compared_from(world: World, *, checkpoint: int) -> int | None:
    """Return the first checkpoint that is read for an organization whose proof is as old as a checkpoint."""
    organization_id = UUID(int=3)
    leaf = next(leaf for leaf in world.register.leaves if leaf.organization_id == organization_id)
    reader = CheckpointReader(world.sink, Ed25519Signatures(), KEY.public_key, world.register.recorded)
    proof = Proof(
        organization_id=organization_id, org_sequence=leaf.org_sequence, hash=leaf.hash, checkpoint=checkpoint, at=""
    )
    check = CheckpointCheck(reader, world.register.hashes, organization_id, {organization_id: proof})
    await check.run()
    assert (reader.findings, check.findings(), check.newest[organization_id]) == ([], {}, leaf)
    return None if reader.first is None else reader.first.number


async def test_of_an_organization_nothing_is_read_that_was_written_before_it_appeared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(write_checkpoint_module, "BETWEEN_FULL", 5)
    world = World()
    for number in range(1, 33):
        world.move(1, *[2] * (number == 13), *[3] * (number == 29), *[4] * (number == 32))
        await world.write()
    assert await world.sink.parts() == [0, 6, 11, 16, 21, 26, 31]
    for organization, first in {1: 1, 2: 11, 3: 26, 4: 31, 5: 31}.items():
        reader = CheckpointReader(world.sink, Ed25519Signatures(), KEY.public_key, world.register.recorded)
        check = CheckpointCheck(reader, world.register.hashes, UUID(int=organization))
        await check.run()
        assert (reader.findings, check.findings()) == ([], {})
        assert (reader.first and reader.first.number, reader.end and reader.end[0]) == (first, 32)
        assert (UUID(int=organization) in check.newest) == (organization != 5)
    # The first line of a part was torn, and its checkpoint repeated.
    begins = world.sink.parts_begun[2][1]
    world.sink.held.insert(begins, world.sink.held[begins][:90])
    world.sink.parts_begun[3:] = [(number, index + 1) for number, index in world.sink.parts_begun[3:]]
    assert [await (await world.read()).part_before(UUID(int=each)) for each in (1, 2, 3)] == [0, 11, 26]


async def test_many_lines_are_read_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set()

    def noting(line: bytes) -> LineOutline | None:
        threads.add(get_ident())
        return outline(line)

    monkeypatch.setattr(checkpoint_reader, "outline", noting)
    world = await a_world()
    await world.read()
    assert threads == {get_ident()}
    threads.clear()
    world.sink.held *= 200
    world.sink.lines_at_once = 600
    await world.read()
    assert get_ident() not in threads


async def test_the_torn_line_of_a_writer_that_died_is_passed_over() -> None:
    world = await a_world()
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
    world = await a_world()
    line = bytearray(world.sink.held[number])
    line[place % len(line)] ^= 1
    world.sink.held[number] = bytes(line)
    assert (await world.read()).findings != []


@pytest.mark.parametrize("number", [0, 1])
async def test_a_line_that_is_missing_is_noticed(number: int) -> None:
    world = await a_world()
    del world.sink.held[number]
    assert (await world.read()).findings != []


async def test_lines_in_another_order_are_noticed() -> None:
    world = await a_world()
    world.sink.held[0], world.sink.held[1] = world.sink.held[1], world.sink.held[0]
    assert (await world.read()).findings != []


async def test_a_line_of_somebody_elses_key_is_noticed() -> None:
    world = await a_world()
    world.move(1)
    await world.write(key=SigningKey(Ed25519PrivateKey.generate()))
    [finding] = (await world.read()).findings
    assert "not signed with the key" in finding.message
    assert len((await (await a_world()).read(bytes(32))).findings) == 1


async def test_checkpoints_that_were_archived_in_the_middle_of_a_part_are_missed() -> None:
    world = await a_world()
    del world.sink.held[:1]
    [missing, *_] = (await world.read()).findings
    assert missing.message == "Checkpoint 2 does not follow the one before it: the file was changed."


async def test_one_organization_is_reported_its_own_heads() -> None:
    world = await a_world()
    reader = CheckpointReader(world.sink, Ed25519Signatures(), KEY.public_key)
    reported = [
        head.org_sequence async for some in reader.checkpoints(UUID(int=1)) for read in some for head in read.heads
    ]
    assert (reported, reader.findings) == ([1, 2], [])


async def test_a_line_has_one_spelling() -> None:
    [line, *_] = (await a_world()).sink.held
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
