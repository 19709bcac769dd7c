"""A clock that stands, and a timer that a test advances."""

from datetime import UTC, datetime


class FakeClock:
    def __init__(self, time: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)) -> None:
        self.time = time

    def now(self) -> datetime:
        return self.time


class FakeTimer:
    """Sleeping takes no time and moves the clock; chance is what the test says."""

    def __init__(self, chance: float = 0.0) -> None:
        self.time = 1000.0
        self.waits: list[float] = []
        self._chance = chance

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds

    def chance(self) -> float:
        return self._chance
