"""The clock that dates events, and whether the log is ahead of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

MOST_AHEAD_SECONDS: Final = 10.0
"""A log whose newest event is dated further in the future of the clock takes no event until the clock has caught up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """The database's clock; how many organizations' newest events are dated after it, and the farthest, in seconds."""

    now: datetime
    organizations_ahead: int
    seconds_ahead: float


class LogClock(Protocol):
    """Reads the clock of the database."""

    async def read(self) -> ClockReading:
        """Return its time, and how the logs of all organizations compare to it.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
