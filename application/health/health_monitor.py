"""Keep an eye on all enabled providers of all organizations."""

import asyncio
from dataclasses import dataclass
from typing import Final

from application.errors import Conflict, Unavailable
from application.health.concurrent_checks import ConcurrentChecks, Watch
from application.health.health_observer import HealthObserver
from application.health.monitor_election import MonitorElection, MonitorLeadership

CONCURRENCY: Final = 16

# How often is looked for what is due: often enough to keep to the intervals, which are seconds in tests.
_LONGEST_PAUSE_SECONDS: Final = 5.0
_SHORTEST_PAUSE_SECONDS: Final = 0.2
_PAUSES_AN_INTERVAL: Final = 20
_DUE_AT_ONCE: Final = 1000
_ALL: Final = 1_000_000


class AlreadyMonitored(Conflict):
    """Another process is the health monitor at present, and checks what is due; nothing was done here."""

    code = "already-monitored"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorHealth:
    """Check each enabled provider again and again. `concurrency` checks at a time, an interval in seconds."""

    interval_seconds: float
    concurrency: int = CONCURRENCY


async def monitor_health(
    command: MonitorHealth, *, election: MonitorElection, watch: Watch, observer: HealthObserver
) -> None:
    """Take part in the election and check providers while this process leads; runs until cancelled."""
    while True:
        try:
            async with election.term() as term:
                observer.elected()
                await _serve(term, command, watch, observer)
        except Unavailable as error:
            observer.deposed(error)
        await asyncio.sleep(_pause(command))


async def check_all(
    *, election: MonitorElection, watch: Watch, observer: HealthObserver, concurrency: int = CONCURRENCY
) -> None:
    """Check every enabled provider of every organization once, by the monitor's rules.

    Raises:
        AlreadyMonitored: another process is the monitor.
        Unavailable: the database cannot be reached.
    """
    async with election.vacancy() as term:
        if term is None:
            raise AlreadyMonitored
        checks = ConcurrentChecks(watch, observer, concurrency=concurrency, rest_seconds=0)
        try:
            checks.start(await term.due(0, _ALL))
            while await checks.are_under_way(seconds=1.0):
                await term.lasts(0)
        finally:
            await checks.stop()


async def _serve(term: MonitorLeadership, command: MonitorHealth, watch: Watch, observer: HealthObserver) -> None:
    checks = ConcurrentChecks(watch, observer, concurrency=command.concurrency, rest_seconds=command.interval_seconds)
    try:
        while True:
            checks.start(await term.due(command.interval_seconds, _DUE_AT_ONCE))
            await term.lasts(_pause(command))
    finally:
        await checks.stop()


def _pause(command: MonitorHealth) -> float:
    wanted = command.interval_seconds / _PAUSES_AN_INTERVAL
    return min(max(wanted, _SHORTEST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
