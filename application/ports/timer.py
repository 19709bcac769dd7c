"""Time as it passes, and chance: what waiting is made of."""

from __future__ import annotations

from typing import Protocol


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
