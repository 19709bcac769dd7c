"""When lists are read from a replica, and what is said about it when they are not."""

import asyncio
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import CapturingLogger

from application.errors import Unavailable
from application.read_replica import ReadReplica, ReplicaReading
from entrypoints.monitoring import replica_watch
from entrypoints.monitoring.replica_watch import ReplicaWatch
from tests.fakes.clock import FakeTimer

ORGANIZATION = uuid4()


@dataclass
class World:
    """A primary and a replica, as far as a test says, and somebody who watches."""

    written: int | None = 100
    replayed: int = 100
    is_replica: bool = True
    is_ours: bool = True
    is_away: bool = False
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    timer: FakeTimer = field(default_factory=FakeTimer)
    logger: CapturingLogger = field(default_factory=CapturingLogger)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self.answers.set()
        self.replica = ReadReplica(self.timer)
        self.watch = ReplicaWatch(self.replica, self, self.logger, self.registry)

    async def read(self) -> ReplicaReading:
        await self.answers.wait()
        if self.is_away:
            raise Unavailable
        return ReplicaReading(
            is_replica=self.is_replica, is_ours=self.is_ours, written=self.written, replayed=self.replayed
        )

    async def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            self.timer.time += 1
            await self.watch.look()

    def said(self) -> list[str]:
        return [call.args[0] for call in self.logger.calls]

    def is_asked(self, seen_position: int | None = None) -> bool:
        return self.replica.may_answer(ORGANIZATION, seen_position)


async def test_a_replica_is_asked_once_it_was_found_well() -> None:
    world = World()
    assert (world.is_asked(), world.replica.lost.is_set()) == (False, True)
    await world.watch.look()
    assert (world.is_asked(), world.replica.lost.is_set(), world.said()) == (True, False, [])
    assert (await world.watch.warning(), world.registry.get_sample_value("modelbook_replica_usable")) == (None, 1)


async def test_who_names_no_position_reads_what_was_written_here() -> None:
    world = World()
    await world.watch.look()
    world.replica.wrote(ORGANIZATION)
    assert (world.is_asked(), world.is_asked(0), world.replica.may_answer(uuid4(), None)) == (False, True, True)
    world.timer.time += 10.1
    assert world.is_asked()


async def test_the_lag_is_how_long_ago_the_primary_wrote_what_is_not_replayed() -> None:
    world = World()
    await world.watch.look()
    world.written = 200
    await world.pass_seconds(6)
    assert (world.replica.lag_seconds, world.is_asked()) == (5, True)
    world.written = 300
    await world.pass_seconds(1)
    assert (world.replica.lag_seconds, world.is_asked(0)) == (6, False)
    assert "is more than 5 seconds behind; lists are read from the primary" in (await world.watch.warning() or "")
    world.replayed = 200
    await world.pass_seconds(1)
    assert (world.replica.lag_seconds, world.is_asked()) == (1, True)
    # Where nobody writes, nothing is behind.
    world.replayed = 300
    await world.pass_seconds(100)
    assert (world.replica.lag_seconds, world.is_asked()) == (0, True)


@pytest.mark.parametrize("wrong", ["is_replica", "is_ours"])
async def test_a_server_that_is_no_replica_of_the_primary_is_not_asked(wrong: str) -> None:
    world = World()
    setattr(world, wrong, False)
    await world.watch.look()
    assert not world.is_asked(0)
    world.replica.note_problem("has broken off its connections")
    setattr(world, wrong, True)
    # The primary may be away: the replica serves on.
    world.written = None
    await world.watch.look()
    assert world.is_asked(0)


async def test_it_is_said_once_when_a_replica_is_lost_and_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica_watch, "_LOOK_SECONDS", 0.001)
    monkeypatch.setattr(replica_watch, "_PATIENCE_SECONDS", 0.01)
    world = World()
    watching = asyncio.create_task(world.watch.run())
    try:
        for lose, find in ((_away, _back), (_hangs, _goes_on)):
            await _until(world, asked=True)
            lose(world)
            await _until(world, asked=False)
            await asyncio.sleep(0.05)
            find(world)
    finally:
        await _until(world, asked=True)
        await asyncio.sleep(0.05)
        watching.cancel()
    assert world.said() == ["lists are read from the primary", "lists are read from the replica again"] * 2
    assert world.logger.calls[2].kwargs == {"reason": "The read replica does not answer."}


async def _until(world: World, *, asked: bool) -> None:
    while world.is_asked() is not asked:  # noqa: ASYNC110 - the test's own deadline ends it
        await asyncio.sleep(0.001)


def _away(world: World) -> None:
    world.is_away = True


def _back(world: World) -> None:
    world.is_away = False


def _hangs(world: World) -> None:
    world.answers.clear()


def _goes_on(world: World) -> None:
    world.answers.set()
