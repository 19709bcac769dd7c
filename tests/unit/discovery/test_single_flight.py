"""Many ask at once, one goes."""

import asyncio
import gc
import weakref

import pytest

from application.discovery.single_flight import SingleFlight
from application.gather_or_cancel import gather_or_cancel
from tests.e2e.wait_until import until


class Call:
    """A call that takes as long as the test says; counts how often it was made."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.count = 0
        self.finish = asyncio.Event()
        self.was_broken_off = False
        self._failure = failure

    async def __call__(self) -> int:
        self.count += 1
        try:
            await self.finish.wait()
        except asyncio.CancelledError:
            self.was_broken_off = True
            raise
        if self._failure is not None:
            raise self._failure
        return self.count


async def test_all_who_ask_meanwhile_share_one_call() -> None:
    flights: SingleFlight[int] = SingleFlight()
    call = Call()
    asking = [asyncio.create_task(flights.do("a", call)) for _ in range(20)]
    await asyncio.sleep(0)
    call.finish.set()
    assert await asyncio.gather(*asking) == [1] * 20
    assert await flights.do("a", call) == 2


async def test_each_key_has_a_call_of_its_own() -> None:
    flights: SingleFlight[int] = SingleFlight()
    calls = [Call(), Call()]
    for call in calls:
        call.finish.set()
    await asyncio.gather(*(flights.do(number, call) for number, call in enumerate(calls)))
    assert [call.count for call in calls] == [1, 1]


async def test_a_failure_is_shared_and_not_remembered() -> None:
    flights: SingleFlight[int] = SingleFlight()
    call = Call(ValueError("no"))
    call.finish.set()
    results = await asyncio.gather(*(flights.do("a", call) for _ in range(3)), return_exceptions=True)
    assert [str(result) for result in results] == ["no"] * 3
    with pytest.raises(ValueError, match="no"):
        await flights.do("a", call)
    assert call.count == 2


async def test_who_gives_up_leaves_the_call_to_the_others() -> None:
    flights: SingleFlight[int] = SingleFlight()
    call = Call()
    one, other = (asyncio.create_task(flights.do("a", call)) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    await asyncio.wait({one})
    call.finish.set()
    assert (await other, one.cancelled(), call.was_broken_off) == (1, True, False)


async def test_a_call_continues_when_all_have_given_up_and_its_failure_bothers_nobody() -> None:
    flights: SingleFlight[int] = SingleFlight()
    call = Call(ValueError("nobody hears this"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await flights.do("a", call)
    assert not call.was_broken_off
    call.finish.set()
    await asyncio.sleep(0.01)
    with pytest.raises(ValueError, match="nobody"):
        await flights.do("a", call)
    assert call.count == 2


async def test_it_is_known_how_long_a_call_has_been_going_on() -> None:
    flights: SingleFlight[int] = SingleFlight()
    call = Call()
    assert flights.seconds_under_way("a") == 0
    asking = asyncio.create_task(flights.do("a", call))
    await asyncio.sleep(0.05)
    assert (flights.seconds_under_way("a") >= 0.04, flights.seconds_under_way("b")) == (True, 0)
    call.finish.set()
    await asking
    assert flights.seconds_under_way("a") == 0


async def test_what_is_under_way_at_the_end_is_broken_off() -> None:
    flights: SingleFlight[int] = SingleFlight()
    call = Call()
    asking = asyncio.create_task(flights.do("a", call))
    await asyncio.sleep(0.01)
    await flights.close()
    assert call.was_broken_off
    with pytest.raises(asyncio.CancelledError):
        await asking
    await flights.close()


async def test_what_a_failed_call_has_held_is_let_go_at_once() -> None:
    flights: SingleFlight[int] = SingleFlight()
    held = list[weakref.ref[Call]]()

    async def ask() -> None:
        large = Call()
        held.append(weakref.ref(large))

        async def fail() -> int:
            raise ValueError(large.count)

        await gather_or_cancel(flights.do("a", fail), flights.do("b", fail))

    gc.disable()
    try:
        with pytest.raises(ValueError, match="0"):
            await ask()
        await until(lambda: held[0]() is None)
    finally:
        gc.enable()
