"""Whoever is refused very often waits for it, as long as others are at work."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry, Gauge

from application.loop_time import loop_time
from entrypoints.http import refusal_pace
from entrypoints.http.refusal_pace import LONGEST_SECONDS, PER_SECOND, RefusalPace
from entrypoints.http.shutdown_state import ShutdownState

REFUSED, OTHER = UUID(int=1), UUID(int=2)


class Refusals:
    """A pace, and how many wait by its figure."""

    def __init__(self) -> None:
        self.stopping = ShutdownState()
        self._registry = CollectorRegistry()
        self.pace = RefusalPace(self.stopping, Gauge("waiting", "Who waits.", registry=self._registry))

    def waiting(self) -> float | None:
        return self._registry.get_sample_value("waiting")

    async def begun(self, count: int) -> list[asyncio.Task[None]]:
        """Return so many refusals that wait, behind one that did not."""
        tasks = [asyncio.create_task(self._wait()) for _ in range(count + 1)]
        await tasks.pop(0)
        return tasks

    async def _wait(self) -> None:
        await self.pace.wait(REFUSED, self.pace.seconds(REFUSED, asyncio.get_running_loop().time()))


@pytest.fixture
async def refusals() -> Refusals:
    for organization_id in (OTHER, REFUSED):
        await at_work(organization_id)
    return Refusals()


async def at_work(organization_id: UUID) -> None:
    await loop_time().run(organization_id, asyncio.sleep(0))


async def test_alone_it_is_refused_at_once() -> None:
    await at_work(REFUSED)
    pace = Refusals().pace
    assert {pace.seconds(REFUSED, 100.0) for _ in range(1_000)} == {0.0}


async def test_beside_others_so_many_are_refused_in_a_second(refusals: Refusals) -> None:
    pace = refusals.pace
    waits = [pace.seconds(REFUSED, 100.0) for _ in range(PER_SECOND + 1)]
    assert waits == pytest.approx([number / PER_SECOND for number in range(PER_SECOND + 1)])
    assert pace.seconds(OTHER, 100.0) == 0.0
    # Half a second later those of that half second have been answered.
    assert pace.seconds(REFUSED, 100.5) == pytest.approx(0.5 + 1 / PER_SECOND)
    assert pace.seconds(REFUSED, 200.0) == 0.0


async def test_nobody_waits_longer_than_that_and_what_is_beyond_does_not_come_at_once(refusals: Refusals) -> None:
    waits = [refusals.pace.seconds(REFUSED, 100.0) for _ in range(3 * round(LONGEST_SECONDS * PER_SECOND))]
    assert max(waits) <= LONGEST_SECONDS
    in_a_second = Counter(int(wait) for wait in waits if wait < LONGEST_SECONDS)
    assert in_a_second[0] == PER_SECOND
    assert max(in_a_second.values()) <= 6 * PER_SECOND


async def test_so_many_wait_and_the_next_one_does_not(refusals: Refusals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusal_pace, "MOST_WAITING", 3)
    tasks = await refusals.begun(4)
    assert [task.done() for task in tasks] == [False, False, False, True]
    assert refusals.waiting() == 3
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert refusals.waiting() == 0


async def test_nobody_waits_when_the_process_drains(refusals: Refusals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusal_pace, "PER_SECOND", 0.01)
    monkeypatch.setattr(refusal_pace, "LONGEST_SECONDS", 1_000.0)
    tasks = await refusals.begun(3)
    assert refusals.waiting() == 3
    refusals.stopping.draining.set()
    await asyncio.gather(*tasks)
    assert refusals.waiting() == 0
