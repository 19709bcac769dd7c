"""Rates counted in memory, by a clock that the test turns."""

from collections import defaultdict
from uuid import UUID

from application.bounds.rate_limits import Allowance, Quota, Turn


class FakeRateLimits:
    """Counts as the real one does; its time passes by `pass_time` only."""

    def __init__(self) -> None:
        self._now = 0.0
        self._windows: dict[tuple[str, UUID], tuple[float, int]] = {}
        self._tickets: dict[UUID, set[str]] = defaultdict(set)
        self._last = 0
        self._full_at: dict[tuple[str, UUID], float] = {}

    def pass_time(self, seconds: float) -> None:
        self._now += seconds

    async def take(self, quota: Quota, subject_id: UUID) -> Allowance:
        ends, count = self._window(quota, subject_id)
        self._windows[quota.name, subject_id] = (ends, count + 1)
        return Allowance(
            quota=quota,
            is_granted=count < quota.requests,
            remaining=max(0, quota.requests - count - 1),
            resets_after_seconds=ends - self._now,
        )

    async def take_turn(self, quota: Quota, subject_id: UUID, patience_seconds: float) -> Turn:
        place = (quota.name, subject_id)
        full_at = max(self._full_at.get(place, 0.0), self._now) + quota.seconds / quota.requests
        wait = round(full_at - self._now - quota.seconds, 6)
        if wait > patience_seconds:
            return Turn(is_granted=False, wait_seconds=wait)
        self._full_at[place] = full_at
        return Turn(is_granted=True, wait_seconds=max(0.0, wait))

    async def turns_left(self, quota: Quota, subject_id: UUID) -> int:
        missing = max(0.0, self._full_at.get((quota.name, subject_id), 0.0) - self._now)
        return round(quota.requests * (1 - missing / quota.seconds) - 0.499)

    async def look(self, quota: Quota, subject_id: UUID) -> Allowance:
        ends, count = self._window(quota, subject_id)
        remaining = max(0, quota.requests - count)
        is_granted = remaining > 0
        return Allowance(quota=quota, is_granted=is_granted, remaining=remaining, resets_after_seconds=ends - self._now)

    async def add(self, quota: Quota, subject_id: UUID, amount: int) -> None:
        ends, count = self._window(quota, subject_id)
        self._windows[quota.name, subject_id] = (ends, count + amount)

    async def enter(self, subject_id: UUID, most: int) -> str | None:
        if len(self._tickets[subject_id]) >= most:
            return None
        self._last += 1
        self._tickets[subject_id].add(str(self._last))
        return str(self._last)

    async def leave(self, subject_id: UUID, ticket: str) -> None:
        self._tickets[subject_id].discard(ticket)

    async def at_work(self, subject_id: UUID) -> int:
        return len(self._tickets[subject_id])

    def _window(self, quota: Quota, subject_id: UUID) -> tuple[float, int]:
        ends, count = self._windows.get((quota.name, subject_id), (self._now, 0))
        return (self._now + quota.seconds, 0) if ends <= self._now else (ends, count)
