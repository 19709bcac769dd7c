"""Work beside the requests continues until the end, whatever happens to it."""

import asyncio

import pytest

from entrypoints.monitoring.background_work import in_background
from tests.http_service import CapturedLog


async def test_it_ends_with_the_block() -> None:
    log, ended = CapturedLog(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            # As whoever has something to put away first.
            await asyncio.sleep(0.01)
            ended.set()

    async with in_background(work, log.logger):
        await asyncio.sleep(0.02)
        assert not ended.is_set()
    assert ended.is_set()
    assert log.capture.entries == []


async def test_what_it_fails_with_is_logged_and_it_is_begun_again() -> None:
    log, again = CapturedLog(), asyncio.Event()
    begun = 0

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun <= 2:
            raise ZeroDivisionError
        again.set()
        await asyncio.Event().wait()

    async with asyncio.timeout(5), in_background(work, log.logger, again_seconds=0.01):
        await again.wait()
    assert begun == 3
    lines = log.lines("background work broke off")
    assert [type(line["exc_info"]) for line in lines] == [ZeroDivisionError] * 2


async def test_a_failure_of_the_block_is_the_blocks_own() -> None:
    async def work() -> None:
        await asyncio.Event().wait()

    with pytest.raises(KeyError):
        async with in_background(work, CapturedLog().logger):
            raise KeyError
    assert all(task is asyncio.current_task() for task in asyncio.all_tasks())
