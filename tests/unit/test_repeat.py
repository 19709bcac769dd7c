"""Work that is done again and again, until it is to end."""

from __future__ import annotations

import asyncio

from application.repeat import repeat_until


async def test_it_is_done_again_and_once_more_at_the_end() -> None:
    stopping, done = asyncio.Event(), 0

    async def work() -> None:
        nonlocal done
        done += 1
        if done == 3:
            stopping.set()

    await repeat_until(stopping, 0.001, work)
    assert done == 3
    waiting = asyncio.create_task(repeat_until(later := asyncio.Event(), 60, work))
    await asyncio.sleep(0)
    later.set()
    await waiting
    assert done == 4
