"""What is noticed of a clock that is wrong."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry
from structlog.testing import CapturingLogger

from application.errors import Unavailable
from application.ports.log_clock import ClockReading
from entrypoints.monitoring.clock_watch import ClockWatch


@dataclass
class World:
    """A database whose clock a test sets, and somebody who watches it."""

    offset: float = 0.0
    ahead: float = 0.0
    is_away: bool = False
    passed: float = 0.0
    logger: CapturingLogger = field(default_factory=CapturingLogger)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    watch: ClockWatch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = ClockWatch(self, self.logger, self.registry, ticks=lambda: self.passed)

    async def read(self) -> ClockReading:
        if self.is_away:
            raise Unavailable
        now = datetime.now(UTC) + timedelta(seconds=self.offset)
        return ClockReading(now=now, organizations_ahead=int(self.ahead > 0), seconds_ahead=self.ahead)

    def said(self) -> list[str]:
        return [call.args[0] for call in self.logger.calls]

    def figure(self, name: str) -> float | None:
        return self.registry.get_sample_value(name)


async def test_a_clock_that_is_right_is_not_spoken_of() -> None:
    world = World()
    for _ in range(3):
        await world.watch.look()
    assert (world.said(), await world.watch.warning()) == ([], None)
    assert world.figure("modelbook_clock_steps_total") == 0


async def test_a_step_is_noticed_in_both_directions() -> None:
    world = World()
    await world.watch.look()
    world.offset = 3600
    await world.watch.look()
    assert world.said() == ["the database's clock jumped", "the clock is wrong"]
    assert world.logger.calls[0].kwargs == {"seconds": 3600.0}
    assert "3600 seconds ahead of this host's" in (await world.watch.warning() or "")
    world.offset = 0
    await world.watch.look()
    assert world.said()[2:] == ["the database's clock jumped", "the clock is right again"]
    assert await world.watch.warning() is None
    assert world.figure("modelbook_clock_steps_total") == 2


async def test_a_log_that_is_ahead_is_reported_as_long_as_it_is() -> None:
    world = World(ahead=5)
    await world.watch.look()
    assert await world.watch.warning() is None
    assert world.figure("modelbook_log_ahead_seconds") == 5
    world.ahead = 3600
    await world.watch.look()
    await world.watch.look()
    assert world.said() == ["the clock is wrong"]
    assert "1 organization, by 3600 seconds" in (await world.watch.warning() or "")


async def test_a_database_that_is_away_has_no_clock_that_jumped() -> None:
    world = World()
    await world.watch.look()
    world.is_away = True
    await world.watch.look()
    world.is_away, world.offset = False, 5
    await world.watch.look()
    assert world.said() == []
