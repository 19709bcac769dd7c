"""Requests of all processes, counted in windows that begin with the first of them."""

import time
from uuid import UUID

from limits import RateLimitItemPerSecond
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter

from application.bounds.rate_limits import Allowance, Quota


class Windows:
    """Counts in one of the library's storages."""

    def __init__(self, storage: Storage) -> None:
        self._limiter = FixedWindowRateLimiter(storage)

    async def take(self, quota: Quota, subject_id: UUID) -> Allowance:
        """Count a request; see `RateLimits.take`."""
        item = RateLimitItemPerSecond(quota.requests, quota.seconds, namespace=quota.name)
        key = str(subject_id)
        is_granted = await self._limiter.hit(item, key)
        window = await self._limiter.get_window_stats(item, key)
        return Allowance(
            quota=quota,
            is_granted=is_granted,
            remaining=window.remaining if is_granted else 0,
            resets_after_seconds=max(0.0, window.reset_time - time.time()),
        )

    async def look(self, quota: Quota, subject_id: UUID) -> Allowance:
        """Count nothing; see `RateLimits.look`."""
        item = RateLimitItemPerSecond(quota.requests, quota.seconds, namespace=quota.name)
        window = await self._limiter.get_window_stats(item, str(subject_id))
        return Allowance(
            quota=quota,
            is_granted=window.remaining > 0,
            remaining=max(0, window.remaining),
            resets_after_seconds=max(0.0, window.reset_time - time.time()),
        )

    async def add(self, quota: Quota, subject_id: UUID, amount: int) -> bool:
        """Count so much, and return true; see `RateLimits.add`."""
        item = RateLimitItemPerSecond(quota.requests, quota.seconds, namespace=quota.name)
        await self._limiter.hit(item, str(subject_id), cost=amount)
        return True
