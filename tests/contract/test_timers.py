import time

import pytest

from adapters.system_clock import SystemTimer
from application.ports.clock import Timer
from tests.fakes.clock import FakeTimer


class TimerContract:
    async def test_time_continues_by_as_much_as_was_slept(self, timer: Timer) -> None:
        before = timer.now()
        await timer.sleep(0.02)
        assert 0.019 < timer.now() - before < 5

    async def test_time_never_goes_back(self, timer: Timer) -> None:
        times = [timer.now() for _ in range(100)]
        assert times == sorted(times)

    async def test_chance_is_from_0_up_to_1(self, timer: Timer) -> None:
        assert all(0 <= timer.chance() < 1 for _ in range(1000))


class TestSystemTimer(TimerContract):
    @pytest.fixture
    def timer(self) -> SystemTimer:
        return SystemTimer()

    def test_it_is_not_the_time_of_day(self, timer: SystemTimer) -> None:
        assert timer.now() == pytest.approx(time.monotonic(), abs=1)

    def test_chance_differs(self, timer: SystemTimer) -> None:
        assert len({timer.chance() for _ in range(10)}) > 1


class TestFakeTimer(TimerContract):
    @pytest.fixture
    def timer(self) -> FakeTimer:
        return FakeTimer(chance=0.5)
