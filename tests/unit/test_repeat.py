"""Work that is done again and again, until it is stopped."""

import asyncio

from application.repeat import Repeated


async def test_it_is_done_again_and_once_more_at_the_end() -> None:
    done, often_enough = 0, asyncio.Event()

    async def work() -> None:
        nonlocal done
        done += 1
        if done >= 3:
            often_enough.set()

    quick = Repeated(0.001, work)
    quick.start()
    await often_enough.wait()
    before = done
    await quick.stop()
    assert done > before
    before = done
    slow = Repeated(60, work)
    slow.start()
    await slow.stop()
    assert done == before + 1
    await Repeated(60, work).stop()
    assert done == before + 1
