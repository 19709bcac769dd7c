"""Whoever is refused very often waits for it, as long as others are at work."""

import asyncio
from uuid import UUID

import pytest

from application.loop_time import loop_time
from entrypoints.http.refusal_pace import LONGEST_SECONDS, PER_SECOND, RefusalPace

REFUSED, OTHER = UUID(int=1), UUID(int=2)


async def at_work(organization_id: UUID) -> None:
    await loop_time().run(organization_id, asyncio.sleep(0))


async def test_alone_it_is_refused_at_once() -> None:
    await at_work(REFUSED)
    pace = RefusalPace()
    assert {pace.seconds(REFUSED, 100.0) for _ in range(1_000)} == {0.0}


async def test_beside_others_so_many_are_refused_in_a_second() -> None:
    await at_work(OTHER)
    await at_work(REFUSED)
    pace = RefusalPace()
    waits = [pace.seconds(REFUSED, 100.0) for _ in range(PER_SECOND + 1)]
    assert waits == pytest.approx([number / PER_SECOND for number in range(PER_SECOND + 1)])
    assert pace.seconds(OTHER, 100.0) == 0.0
    # Half a second later those of that half second have been answered.
    assert pace.seconds(REFUSED, 100.5) == pytest.approx(0.5 + 1 / PER_SECOND)
    assert pace.seconds(REFUSED, 200.0) == 0.0


async def test_nobody_waits_longer_than_that() -> None:
    await at_work(OTHER)
    await at_work(REFUSED)
    pace = RefusalPace()
    waits = [pace.seconds(REFUSED, 100.0) for _ in range(round(2 * LONGEST_SECONDS * PER_SECOND))]
    assert max(waits) == pytest.approx(LONGEST_SECONDS)
