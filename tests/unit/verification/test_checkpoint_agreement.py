"""No checkpoint is written where database and sink disagree, until somebody has stated why."""

from dataclasses import replace

import pytest

from adapters.checkpoints.signing_key import Ed25519Signatures
from application.verification.checkpoint_agreement import expect_own_sink
from application.verification.checkpoint_storage import AnotherSink, CheckpointsDisagree
from application.verification.checkpoints import parse_line
from application.verification.record_restore import NoRestoreToRecord, RecordedRestore, RecordRestore, record_restore
from tests.fakes.checkpoints import FakeSink
from tests.fakes.ledger import FakeLedger
from tests.fakes.repositories import FakeOrganizations
from tests.unit.verification.test_checkpoints import KEY, NOON, World, _Noon, a_world

RESTORE = RecordRestore(reason="Disk lost, ticket 7", actor="operator", correlation_id="request-1")


async def _stated(world: World, command: RecordRestore = RESTORE) -> RecordedRestore:
    return await record_restore(
        command,
        register=world.register,
        sink=world.sink,
        key=KEY,
        signatures=Ed25519Signatures(),
        organizations=FakeOrganizations(FakeLedger()),
        clock=_Noon(),
    )


def _cut_off(world: World) -> None:
    del world.sink.held[-1]


def _empty(world: World) -> None:
    world.sink = FakeSink()


def _empty_beside_the_mark(world: World) -> None:
    world.sink.held.clear()
    world.register.recorded = None


def _set_the_database_back(world: World) -> None:
    assert world.register.recorded is not None
    world.register.recorded = replace(world.register.recorded, number=1, hash="0" * 64)


def _forget_in_the_database(world: World) -> None:
    world.register.recorded = None


def _exchange(world: World) -> None:
    assert world.register.recorded is not None
    world.register.recorded = replace(world.register.recorded, hash="1" * 64)


def _lose_the_last_event(world: World) -> None:
    """As a backup does that was made just before the last checkpoint was recorded."""
    assert world.register.recorded is not None
    last = parse_line(world.sink.held[-1])
    world.register.recorded = replace(world.register.recorded, number=2, hash=last.signed.checkpoint.previous)
    world.register.lacking = {(last.heads[0].organization_id, last.heads[0].org_sequence)}


@pytest.mark.parametrize(
    "tamper",
    [
        _cut_off,
        _empty,
        _empty_beside_the_mark,
        _set_the_database_back,
        _forget_in_the_database,
        _exchange,
        _lose_the_last_event,
    ],
)
async def test_who_went_back_is_reported_and_nothing_is_written_until_it_is_stated(tamper: object) -> None:
    world = await a_world()
    assert callable(tamper)
    tamper(world)
    before = list(world.sink.held)
    world.move(3)
    for _ in range(2):
        with pytest.raises(CheckpointsDisagree, match="audit restored"):
            await world.write()
    assert world.sink.held == before
    stated = await _stated(world)
    assert stated.checkpoint.number >= 3
    assert (stated.checkpoint.covers, stated.statement.reason) == ("all", RESTORE.reason)
    assert parse_line(world.sink.held[-1]).restored == stated.statement
    world.move(3)
    following = await world.write()
    assert following is not None
    assert following.number == stated.checkpoint.number + 1
    assert (await world.read()).findings == []


async def test_a_statement_continues_from_the_number_that_the_database_knew() -> None:
    world = await a_world()
    assert world.register.recorded is not None
    former = world.register.recorded
    _empty(world)
    stated = await _stated(world)
    assert (stated.checkpoint.number, stated.checkpoint.previous) == (4, former.hash)
    assert (stated.statement.number_in_database, stated.statement.number_in_sink) == (3, 0)
    reader = await world.read()
    assert (reader.findings, reader.first and reader.first.number) == ([], 4)


async def test_a_writer_that_died_before_it_recorded_its_checkpoint_is_no_disagreement() -> None:
    world = await a_world()
    recorded = world.register.recorded
    world.move(2)
    await world.write()
    world.register.recorded = recorded
    world.move(3)
    following = await world.write()
    assert following is not None
    assert (following.number, (await world.read()).findings) == (5, [])
    first = World()
    first.move(1)
    await first.write()
    first.register.recorded = None
    first.move(1)
    following = await first.write()
    assert following is not None
    assert following.number == 2


async def test_where_all_is_well_there_is_nothing_to_state() -> None:
    world = await a_world()
    with pytest.raises(NoRestoreToRecord):
        await _stated(world)
    with pytest.raises(NoRestoreToRecord):
        await _stated(World())
    assert len(world.sink.held) == 3


async def test_one_database_has_one_sink() -> None:
    world, other = await a_world(), await a_world()
    await expect_own_sink(world.register, world.sink)
    await expect_own_sink(World().register, FakeSink())
    for sink in (other.sink, FakeSink()):
        with pytest.raises(AnotherSink, match="MODELBOOK_CHECKPOINT_SINK"):
            await expect_own_sink(world.register, sink)
    world.sink = other.sink
    with pytest.raises(AnotherSink):
        await world.write(always=True)
    with pytest.raises(AnotherSink):
        await _stated(world)


async def test_a_changed_statement_is_noticed() -> None:
    world = await a_world()
    _cut_off(world)
    await _stated(world)
    line = world.sink.held[-1]
    world.sink.held[-1] = line.replace(b"ticket 7", b"ticket 8")
    [finding, *_] = (await world.read()).findings
    assert finding.organization_id is None
    assert NOON.year == 2026
