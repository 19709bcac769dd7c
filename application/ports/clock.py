"""What time it is; time as it passes, and chance: what waiting is made of."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time of day, for what the log does not date."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        ...


class Timer(Protocol):
    """Measures and passes time, in seconds."""

    def now(self) -> float:
        """Return the time since some moment; never decreases."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def chance(self) -> float:
        """Return a number at random from 0 up to 1, to spread out what would else happen all at once."""
        ...
