"""What an event loop does for one organization leaves others their turns."""

import asyncio
import gc
import weakref
from uuid import UUID

import pytest

from application.loop_time import SLICE_ALONE_SECONDS, SLICE_SECONDS, LoopTime, loop_time

BUSY, OTHER = UUID(int=1), UUID(int=2)


class Clock:
    """Goes on when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Loop:
    """A loop's time with a clock, and a record of who has had a step."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.time = LoopTime(self.clock)
        self.steps: list[UUID] = []

    async def request(self, organization_id: UUID, steps: int, seconds: float = SLICE_SECONDS) -> str:
        async def work() -> str:
            for _ in range(steps):
                self.steps.append(organization_id)
                self.clock.now += seconds
                await asyncio.sleep(0)
            return "done"

        return await self.time.run(organization_id, work())


async def test_of_many_requests_of_an_organization_one_has_a_step_between_two_of_anothers() -> None:
    loop = Loop()
    busy = [asyncio.create_task(loop.request(BUSY, 5)) for _ in range(20)]
    assert await loop.request(OTHER, 5) == "done"
    assert loop.steps.count(BUSY) <= 6
    assert await asyncio.gather(*busy) == ["done"] * 20
    assert loop.steps.count(BUSY) == 100


async def test_short_steps_share_a_slice() -> None:
    loop = Loop()
    busy = [asyncio.create_task(loop.request(BUSY, 5, SLICE_SECONDS / 4)) for _ in range(20)]
    await loop.request(OTHER, 5)
    assert 16 <= loop.steps.count(BUSY) <= 30
    await asyncio.gather(*busy)


async def test_slices_are_short_as_long_as_more_than_one_was_at_work_within_a_second() -> None:
    loop = Loop()
    await loop.request(BUSY, 2)
    assert loop.time.slice_seconds == SLICE_ALONE_SECONDS
    await loop.request(OTHER, 2)
    assert loop.time.slice_seconds == SLICE_SECONDS
    await loop.request(OTHER, 2, 1.0)
    assert loop.time.slice_seconds == SLICE_ALONE_SECONDS
    loop.clock.now += 2.0
    await loop.request(BUSY, 2)
    assert loop.time.slice_seconds == SLICE_ALONE_SECONDS


async def test_all_who_stand_in_line_are_counted() -> None:
    loop = Loop()
    waiting = [asyncio.create_task(loop.request(number, 1, 1.0)) for number in (BUSY, OTHER) for _ in range(50)]
    await asyncio.sleep(0)
    assert loop.time.all_in_line == loop.time.in_line(BUSY) + loop.time.in_line(OTHER) > 60
    for task in waiting[::2]:
        task.cancel()
    await asyncio.wait(waiting)
    assert loop.time.all_in_line == 0


async def test_requests_of_an_organization_have_their_steps_in_their_order() -> None:
    loop, order = Loop(), list[int]()

    async def work(number: int) -> None:
        order.append(number)
        loop.clock.now += SLICE_SECONDS

    await asyncio.gather(*(loop.time.run(BUSY, work(number)) for number in range(40)))
    assert order == list(range(40))


async def test_what_the_work_raises_is_raised() -> None:
    async def work() -> None:
        await asyncio.sleep(0)
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await LoopTime().run(BUSY, work())


async def test_who_stands_in_line_takes_no_time_of_the_loop_until_called() -> None:
    loop = Loop()
    waiting = [asyncio.create_task(loop.request(BUSY, 1)) for _ in range(50)]
    for _ in range(3):
        await asyncio.sleep(0)
    assert loop.time.in_line(BUSY) > 30
    await asyncio.gather(*waiting)
    assert loop.steps == [BUSY] * 50
    assert loop.time.in_line(BUSY) == 0


async def test_steps_are_charged_to_the_organization_that_becomes_known() -> None:
    loop = Loop()

    async def unknown() -> None:
        await loop.time.charge(BUSY)
        loop.clock.now += SLICE_ALONE_SECONDS
        loop.steps.append(BUSY)

    first = asyncio.create_task(loop.time.run(None, unknown()))
    second = asyncio.create_task(loop.time.run(None, unknown()))
    third = asyncio.create_task(loop.request(OTHER, 1))
    await asyncio.gather(first, second, third)
    assert loop.steps == [BUSY, OTHER, BUSY]
    assert loop.time.are_others_at_work(OTHER)


async def test_a_step_that_begins_with_an_error_counts_like_any_other() -> None:
    loop = Loop()
    failure = asyncio.get_running_loop().create_future()

    async def unknown() -> None:
        with pytest.raises(LookupError):
            await failure
        await loop.time.charge(BUSY)
        loop.clock.now += SLICE_ALONE_SECONDS
        loop.steps.append(BUSY)

    first = asyncio.create_task(loop.time.run(None, unknown()))
    await asyncio.sleep(0)
    failure.set_exception(LookupError("nothing there"))
    second = asyncio.create_task(loop.request(BUSY, 1))
    third = asyncio.create_task(loop.request(OTHER, 1))
    await asyncio.gather(first, second, third)
    assert loop.steps == [BUSY, OTHER, BUSY]


@pytest.mark.parametrize("hogs", [0, 5, 30])
async def test_a_cancelled_request_ends_as_it_sees_fit(hogs: int) -> None:
    loop, ends = Loop(), list[str]()

    async def work() -> None:
        try:
            for _ in range(100):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise
        finally:
            await asyncio.sleep(0)
            ends.append("cleared up")

    async def request() -> None:
        await loop.time.run(BUSY, work())

    cancelled = asyncio.create_task(request())
    await asyncio.sleep(0)
    # With these it waits for its turn when it is cancelled.
    others = [asyncio.create_task(loop.request(BUSY, 10)) for _ in range(hogs)]
    for _ in range(3):
        await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert ends == ["cancelled", "cleared up"]
    await asyncio.gather(*others)


async def test_what_a_cancelled_request_has_held_is_let_go_at_once() -> None:
    loop, held = Loop(), list[weakref.ref[Clock]]()

    async def work() -> None:
        large = Clock()
        held.append(weakref.ref(large))
        await asyncio.sleep(3600)

    async def request() -> None:
        await loop.time.run(BUSY, work())

    cancelled = asyncio.create_task(request())
    await asyncio.sleep(0)
    gc.disable()
    try:
        cancelled.cancel()
        await asyncio.wait({cancelled})
        del cancelled
        assert held[0]() is None
    finally:
        gc.enable()


async def test_others_are_at_work_as_long_as_something_was_done_for_them_within_a_second() -> None:
    loop = Loop()
    assert not loop.time.are_others_at_work(BUSY)
    await loop.request(BUSY, 1)
    assert not loop.time.are_others_at_work(BUSY)
    assert loop.time.are_others_at_work(OTHER)
    await loop.request(OTHER, 1)
    await loop.request(BUSY, 1)
    assert loop.time.are_others_at_work(BUSY)
    loop.clock.now += 2.0
    assert not loop.time.are_others_at_work(BUSY)


async def test_a_loop_has_one() -> None:
    assert loop_time() is loop_time()
