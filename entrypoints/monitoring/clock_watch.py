"""Notices when the database's clock steps, differs from this process's clock, or is behind the log."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge
from structlog.typing import FilteringBoundLogger

from application.errors import Unavailable
from application.plurals import counted
from application.ports.log_clock import MOST_AHEAD_SECONDS, ClockReading, LogClock
from entrypoints.monitoring.background_work import in_background

_LOOK_SECONDS: Final = 10.0
# What a busy machine or a slow answer may make of two readings.
_STEP_SECONDS: Final = 2.0


class ClockWatch:
    """Logs and measures what it sees; `warning` is for the readiness check."""

    def __init__(
        self,
        clock: LogClock,
        logger: FilteringBoundLogger,
        registry: CollectorRegistry,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        self._clock = clock
        self._logger = logger
        self._ticks = ticks
        self._last: tuple[datetime, float] | None = None
        self._warning: str | None = None
        self._ahead = Gauge(
            "modelbook_log_ahead_seconds",
            "By how much the newest event of an organization is dated in the future of the database's clock, at most.",
            registry=registry,
        )
        self._difference = Gauge(
            "modelbook_clock_difference_seconds",
            "By how much the database's clock is ahead of this process's.",
            registry=registry,
        )
        self._steps = Counter(
            "modelbook_clock_steps", "How often the database's clock was seen to have jumped.", registry=registry
        )

    async def warning(self) -> str | None:
        """Return what is wrong with the clock, none when nothing is."""
        return self._warning

    async def run(self) -> None:
        """Look every ten seconds, until this is cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Check once; a database that cannot be reached is reported elsewhere."""
        began = self._ticks()
        try:
            reading = await self._clock.read()
        except Unavailable:
            self._last = None
            return
        # Between the two the clock was read.
        tick = (began + self._ticks()) / 2
        difference = (reading.now - datetime.now(UTC)).total_seconds()
        self._ahead.set(reading.seconds_ahead)
        self._difference.set(difference)
        self._notice_a_step(reading.now, tick)
        warning = _warning(reading, difference)
        if warning is not None and self._warning is None:
            self._logger.error("the clock is wrong", reason=warning)
        elif warning is None and self._warning is not None:
            self._logger.info("the clock is right again")
        self._warning = warning

    def _notice_a_step(self, now: datetime, tick: float) -> None:
        if self._last is not None:
            before, tick_before = self._last
            step = (now - before).total_seconds() - (tick - tick_before)
            if abs(step) > _STEP_SECONDS:
                self._steps.inc()
                self._logger.warning("the database's clock jumped", seconds=round(step, 1))
        self._last = (now, tick)


@asynccontextmanager
async def watched_clock(
    clock: LogClock, logger: FilteringBoundLogger, registry: CollectorRegistry
) -> AsyncIterator[ClockWatch]:
    """Watch the clock as long as the block lasts."""
    watch = ClockWatch(clock, logger, registry)
    async with in_background(watch.run, logger):
        yield watch


def _warning(reading: ClockReading, difference: float) -> str | None:
    if reading.seconds_ahead > MOST_AHEAD_SECONDS:
        return (
            "The database's clock is behind the newest events of "
            f"{counted(reading.organizations_ahead, 'organization')}, by {reading.seconds_ahead:.0f} seconds at most: "
            "it was ahead when they were recorded. An organization whose log is more than "
            f"{MOST_AHEAD_SECONDS:.0f} seconds ahead can write nothing until the clock has caught up."
        )
    if abs(difference) > MOST_AHEAD_SECONDS:
        where = "ahead of" if difference > 0 else "behind"
        return f"The database's clock is {abs(difference):.0f} seconds {where} this host's: one of them is wrong."
    return None
