"""Rates counted in memory, by a clock that the test turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.ports.rate_limits import Allowance

if TYPE_CHECKING:
    from uuid import UUID

    from application.ports.rate_limits import Quota


class FakeRateLimits:
    """Counts as the real one does; its time passes by `pass_time` only."""

    def __init__(self) -> None:
        self._now = 0.0
        self._windows: dict[tuple[str, UUID], tuple[float, int]] = {}

    def pass_time(self, seconds: float) -> None:
        self._now += seconds

    async def take(self, quota: Quota, organization_id: UUID) -> Allowance:
        place = (quota.name, organization_id)
        ends, count = self._windows.get(place, (self._now, 0))
        if ends <= self._now:
            ends, count = self._now + quota.seconds, 0
        self._windows[place] = (ends, count + 1)
        return Allowance(
            quota=quota,
            is_granted=count < quota.requests,
            remaining=max(0, quota.requests - count - 1),
            resets_after_seconds=ends - self._now,
        )
