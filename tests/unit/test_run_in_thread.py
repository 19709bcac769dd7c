"""Long work is done in threads, in turns of the organizations."""

import asyncio
import gc
import weakref
from threading import Event
from uuid import UUID, uuid4

import pytest

from application.run_in_thread import run_in_thread
from tests.e2e.wait_until import until

_PATIENCE_SECONDS = 20.0


class Work:
    """Work that takes until it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.done = Event()

    def __call__(self) -> int:
        self.begun += 1
        assert self.done.wait(_PATIENCE_SECONDS), "the work was never let go"
        return self.begun

    def start(self, organization_id: UUID | None, times: int = 1) -> list[asyncio.Task[int]]:
        return [asyncio.create_task(run_in_thread(organization_id, self)) for _ in range(times)]


async def test_an_organization_does_one_piece_at_a_time_and_holds_up_no_other() -> None:
    much, little = Work(), Work()
    working = much.start(uuid4(), times=5)
    await until(lambda: much.begun)
    others = little.start(uuid4())
    little.done.set()
    assert await asyncio.gather(*others) == [1]
    assert much.begun == 1
    much.done.set()
    assert await asyncio.gather(*working) == [1, 2, 3, 4, 5]


async def test_whoever_is_cancelled_keeps_the_turn_until_the_work_is_done() -> None:
    organization_id, first, second = uuid4(), Work(), Work()
    [cancelled] = first.start(organization_id)
    await until(lambda: first.begun)
    cancelled.cancel()
    waiting = second.start(organization_id)
    await asyncio.sleep(0)
    assert not second.begun
    # Whoever ends tasks may cancel them again.
    cancelled.cancel()
    await asyncio.wait({cancelled})
    await asyncio.sleep(0.05)
    assert not second.begun
    first.done.set()
    second.done.set()
    assert await asyncio.gather(*waiting) == [1]
    assert cancelled.cancelled()


async def test_errors_come_back() -> None:
    def fail() -> None:
        raise LookupError

    for organization_id in (None, uuid4()):
        results = await asyncio.gather(run_in_thread(organization_id, fail), return_exceptions=True)
        assert isinstance(results[0], LookupError)


async def test_what_failed_work_has_held_is_let_go_at_once() -> None:
    held = list[weakref.ref[Work]]()

    async def work_on() -> None:
        large = Work()
        held.append(weakref.ref(large))

        def fail() -> None:
            raise LookupError(large.begun)

        await run_in_thread(uuid4(), fail)

    gc.disable()
    try:
        with pytest.raises(LookupError):
            await work_on()
        await until(lambda: held[0]() is None)
    finally:
        gc.enable()
