"""What is done to the deployment, each thing for some seconds."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import psutil

from benchmarks.soak.deployment import Deployment
from benchmarks.soak.journal import Journal
from benchmarks.soak.postgres import fill

Inflicted = Callable[[Deployment, Journal], AbstractAsyncContextManager[None]]

_HOUR: Final = 3600
_REPLACED_SECONDS: Final = 30.0
_FLAPS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong while the block lasts, which is so many seconds, or longer where there is time."""

    name: str
    inflict: Inflicted
    seconds: float
    missing: Callable[[Deployment], str | None] = lambda _: None
    """Why it cannot be done here, none if it can."""


@asynccontextmanager
async def _restarted(deployed: Deployment, _: Journal) -> AsyncIterator[None]:
    await asyncio.to_thread(deployed.postgres.stop)
    await asyncio.to_thread(deployed.postgres.start)
    yield


def _between(begin: Callable[[Deployment], object], end: Callable[[Deployment], object]) -> Inflicted:
    """Something that is begun, and ended after a while."""

    @asynccontextmanager
    async def inflicted(deployed: Deployment, _: Journal) -> AsyncIterator[None]:
        await asyncio.to_thread(begin, deployed)
        yield
        await asyncio.to_thread(end, deployed)

    return inflicted


@asynccontextmanager
async def _flapping(deployed: Deployment, _: Journal) -> AsyncIterator[None]:
    for _turn in range(_FLAPS):
        await asyncio.to_thread(deployed.postgres.kill)
        await asyncio.sleep(0.3)
        await asyncio.to_thread(deployed.postgres.start)
        await asyncio.sleep(0.7)
    yield


@asynccontextmanager
async def _full_sink(deployed: Deployment, _: Journal) -> AsyncIterator[None]:
    ballast = deployed.sink / "ballast"
    await asyncio.to_thread(fill, ballast)
    yield
    ballast.unlink()


@asynccontextmanager
async def _no_connections(deployed: Deployment, _: Journal) -> AsyncIterator[None]:
    taken = deployed.postgres.without_connections()
    await asyncio.to_thread(taken.__enter__)
    try:
        yield
    finally:
        await asyncio.to_thread(taken.__exit__, None, None, None)


def _clock_set(seconds: int, *, of_postgres: bool = False) -> Inflicted:
    @asynccontextmanager
    async def inflicted(deployed: Deployment, _: Journal) -> AsyncIterator[None]:
        clock = deployed.postgres.clock if of_postgres else deployed.clock
        clock.set_ahead(seconds)
        yield
        clock.set_ahead(0)

    return inflicted


@asynccontextmanager
async def _receivers_broken(deployed: Deployment, _: Journal) -> AsyncIterator[None]:
    deployed.are_receivers_broken = True
    yield
    deployed.are_receivers_broken = False


@asynccontextmanager
async def _frozen_worker(deployed: Deployment, _: Journal) -> AsyncIterator[None]:
    worker = deployed.workers()[0]
    worker.suspend()
    yield
    worker.resume()


@asynccontextmanager
async def _killed_workers(deployed: Deployment, journal: Journal) -> AsyncIterator[None]:
    """Kill each of them in turn, as soon as the one before was replaced; one of them is the health monitor."""
    before = deployed.workers()
    for worker in before:
        journal.kills.append(time.time())
        with suppress(psutil.Error):
            worker.kill()
        deadline = time.monotonic() + _REPLACED_SECONDS
        while len(deployed.workers()) < len(before) or worker.is_running():
            if time.monotonic() > deadline:
                journal.fault(f"a killed worker was not replaced within {_REPLACED_SECONDS:g} s")
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)
    yield


@asynccontextmanager
async def _killed_service(deployed: Deployment, journal: Journal) -> AsyncIterator[None]:
    starts = len(deployed.starts)
    journal.kills.append(time.time())
    await asyncio.to_thread(deployed.kill)
    deadline = time.monotonic() + _REPLACED_SECONDS
    while len(deployed.starts) == starts:
        if time.monotonic() > deadline:
            journal.fault(f"the service was not started again within {_REPLACED_SECONDS:g} s")
            break
        await asyncio.sleep(0.05)
    yield


@asynccontextmanager
async def _providers_hanging(deployed: Deployment, _: Journal) -> AsyncIterator[None]:
    deployed.sandbox.faults.add(kind="hang", operation="chat")
    deployed.sandbox.faults.add(kind="hang", operation="list")
    deployed.sandbox.faults.add(kind="hang_mid_stream", operation="stream")
    yield
    deployed.sandbox.faults.clear()


def _disk_is_shared(deployed: Deployment) -> str | None:
    return None if deployed.postgres.has_own_disk else "only root can mount a small disk"


def _sink_is_shared(deployed: Deployment) -> str | None:
    return None if deployed.sink_has_own_disk else "only root can mount a small disk"


def _clock_is_fixed(deployed: Deployment) -> str | None:
    return None if deployed.clock.is_settable else "there is no C compiler for the library that sets a process's clock"


# The service is killed last: until then the memory of its processes can be compared.
FAULTS: Final = (
    Fault(name="Postgres restarted", inflict=_restarted, seconds=1),
    Fault(
        name="Postgres killed",
        inflict=_between(lambda on: on.postgres.kill(), lambda on: on.postgres.start()),
        seconds=3,
    ),
    Fault(name="Postgres killed five times in a row", inflict=_flapping, seconds=0),
    Fault(
        name="Postgres frozen",
        inflict=_between(lambda on: on.postgres.freeze(), lambda on: on.postgres.thaw()),
        seconds=8,
    ),
    Fault(
        name="disk full",
        inflict=_between(lambda on: on.postgres.fill_disk(), lambda on: on.postgres.free_disk()),
        seconds=5,
        missing=_disk_is_shared,
    ),
    Fault(name="disk of the checkpoints full", inflict=_full_sink, seconds=5, missing=_sink_is_shared),
    Fault(name="no connections", inflict=_no_connections, seconds=6),
    Fault(name="service's clock 1 h ahead", inflict=_clock_set(_HOUR), seconds=5, missing=_clock_is_fixed),
    Fault(name="service's clock 1 h behind", inflict=_clock_set(-_HOUR), seconds=5, missing=_clock_is_fixed),
    # After it was ahead by more than ten seconds, nothing is written until it is not any more.
    Fault(
        name="Postgres's clock 20 s ahead",
        inflict=_clock_set(20, of_postgres=True),
        seconds=3,
        missing=_clock_is_fixed,
    ),
    Fault(
        name="Postgres's clock 1 h behind",
        inflict=_clock_set(-_HOUR, of_postgres=True),
        seconds=3,
        missing=_clock_is_fixed,
    ),
    Fault(
        name="read replica paused",
        inflict=_between(lambda on: on.replica.pause(), lambda on: on.replica.go_on()),
        seconds=7,
    ),
    Fault(
        name="read replica killed",
        inflict=_between(lambda on: on.replica.kill(), lambda on: on.replica.start()),
        seconds=4,
    ),
    Fault(
        name="read replica frozen",
        inflict=_between(lambda on: on.replica.freeze(), lambda on: on.replica.thaw()),
        seconds=5,
    ),
    Fault(name="Redis lost", inflict=_between(lambda on: on.redis.stop(), lambda on: on.redis.start()), seconds=5),
    Fault(name="Redis hanging", inflict=_between(lambda on: on.redis.hang(), lambda on: on.redis.go_on()), seconds=5),
    Fault(name="providers hanging", inflict=_providers_hanging, seconds=8),
    Fault(name="webhooks' receivers broken", inflict=_receivers_broken, seconds=5),
    Fault(name="a worker frozen", inflict=_frozen_worker, seconds=5),
    Fault(name="workers killed, the monitor with them", inflict=_killed_workers, seconds=0),
    Fault(name="service killed whole", inflict=_killed_service, seconds=0),
)
