"""The clock of the machine."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Fulfils `application.ports.clock.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)
