"""Token buckets: in this process, or in Redis for all.

Of each bucket only the time is kept at which it would be full again (the generic cell rate algorithm), which is in the
past for whoever has sent no request for some time.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any, Final
from uuid import UUID

from adapters.rate_limits.work_counts import redis_errors
from application.bounds.rate_limits import Quota, Turn

_PREFIX: Final = "modelbook:bucket"
_SWEPT_AT: Final = 4_096

# The time is the server's, the same for all processes.
_TAKE: Final = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = full + ARGV[1] - now - ARGV[2]
if wait <= tonumber(ARGV[3]) then
    local kept = math.ceil((full + ARGV[1] - now) * 1000) + 1000
    redis.call('SET', KEYS[1], string.format('%.6f', full + ARGV[1]), 'PX', kept)
end
return string.format('%.6f', wait)
"""
_LEFT: Final = """
local clock = redis.call('TIME')
return string.format('%.6f', tonumber(redis.call('GET', KEYS[1]) or '0') - clock[1] - clock[2] / 1000000)
"""


class BucketsInMemory:
    """Buckets of this process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._full_at: dict[tuple[str, UUID], float] = {}

    def take_turn(self, quota: Quota, subject_id: UUID, patience_seconds: float) -> Turn:
        """Take a token, or one that comes within the patience."""
        place, now = (quota.name, subject_id), self._clock()
        full_at = max(self._full_at.get(place, now), now) + quota.seconds / quota.requests
        wait = full_at - now - quota.seconds
        if wait > patience_seconds:
            return Turn(is_granted=False, wait_seconds=wait)
        self._full_at[place] = full_at
        if len(self._full_at) > _SWEPT_AT:
            self._full_at = {place: full_at for place, full_at in self._full_at.items() if full_at > now}
        return Turn(is_granted=True, wait_seconds=max(0.0, wait))

    def turns_left(self, quota: Quota, subject_id: UUID) -> int:
        """Return how many tokens there are."""
        return _left(quota, self._full_at.get((quota.name, subject_id), 0.0) - self._clock())


class BucketsInRedis:
    """Buckets of all processes."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    async def take_turn(self, quota: Quota, subject_id: UUID, patience_seconds: float) -> Turn:
        """Take a token, or one that comes within the patience."""
        interval = quota.seconds / quota.requests
        with redis_errors():
            wait = float(
                await self._client().eval(_TAKE, 1, _name(quota, subject_id), interval, quota.seconds, patience_seconds)
            )
        return Turn(is_granted=wait <= patience_seconds, wait_seconds=max(0.0, wait))

    async def turns_left(self, quota: Quota, subject_id: UUID) -> int:
        """Return how many tokens there are."""
        with redis_errors():
            return _left(quota, float(await self._client().eval(_LEFT, 1, _name(quota, subject_id))))


def _left(quota: Quota, seconds_until_full: float) -> int:
    missing = max(0.0, seconds_until_full) / quota.seconds * quota.requests
    # A hair more or less is the arithmetic's.
    return max(0, int(quota.requests - missing + 0.001))


def _name(quota: Quota, subject_id: UUID) -> str:
    return f"{_PREFIX}:{quota.name}:{subject_id}"
