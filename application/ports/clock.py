"""What time it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """The time of day, for what the log does not date."""

    def now(self) -> datetime:
        """Return the time, in UTC."""
        ...
