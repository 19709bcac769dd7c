"""A clock that stands."""

from __future__ import annotations

from datetime import UTC, datetime


class FakeClock:
    def __init__(self, time: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)) -> None:
        self.time = time

    def now(self) -> datetime:
        return self.time
