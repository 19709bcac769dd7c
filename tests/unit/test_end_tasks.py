"""Tasks are ended for certain, whatever they do with their cancellation."""

import asyncio

import pytest

from application import end_tasks as ending
from application.end_tasks import end_tasks


async def _deaf(times: int) -> None:
    """Lose so many cancellations, as a library may."""
    for _ in range(times):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            continue
    await asyncio.sleep(60)


async def _failing() -> None:
    try:
        await asyncio.sleep(60)
    finally:
        raise ValueError("on the way out")


async def test_a_task_that_loses_its_cancellation_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_AGAIN_SECONDS", 0.01)
    tasks = [asyncio.create_task(_deaf(times)) for times in (0, 1, 3)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end_tasks(*tasks)
    assert [task.cancelled() for task in tasks] == [True, True, True]


async def test_what_became_of_the_tasks_is_theirs() -> None:
    done, failing = asyncio.create_task(asyncio.sleep(0, "done")), asyncio.create_task(_failing())
    await done
    await end_tasks(done, failing)
    assert done.result() == "done"
    with pytest.raises(ValueError, match="on the way out"):
        failing.result()


async def test_who_is_cancelled_meanwhile_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_AGAIN_SECONDS", 0.01)
    deaf = asyncio.create_task(_deaf(5))
    await asyncio.sleep(0)
    outer = asyncio.create_task(end_tasks(deaf))
    await asyncio.sleep(0)
    outer.cancel()
    async with asyncio.timeout(5):
        await asyncio.wait({outer})
    assert (outer.cancelled(), deaf.cancelled()) == (True, True)


async def test_none_is_ended_at_once() -> None:
    await end_tasks()
