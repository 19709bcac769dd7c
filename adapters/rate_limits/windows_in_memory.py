"""Requests of this process, counted in windows that begin with the first of them."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final, TypeAlias
from uuid import UUID

from application.bounds.rate_limits import Allowance, Quota

_LOOKED_THROUGH_AT: Final = 1_000

# A limit that is changed continues with what was counted before.
_Place: TypeAlias = "tuple[str, int, UUID]"


@dataclass(slots=True)
class _Window:
    """Ends at a time on the clock."""

    ends_at: float
    count: int = 0


class WindowsInMemory:
    """Counts in this process, without a lock or a task for each request as the library's store has them.

    Windows that are over are forgotten whenever there are twice as many as the last time.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._windows: dict[_Place, _Window] = {}
        self._looked_through_at = _LOOKED_THROUGH_AT

    def __len__(self) -> int:
        return len(self._windows)

    def take(self, quota: Quota, subject_id: UUID) -> Allowance:
        """Count a request; see `RateLimits.take`."""
        window = self._counted(quota, subject_id, 1)
        return self._allowance(quota, window, is_granted=window.count <= quota.requests)

    def look(self, quota: Quota, subject_id: UUID) -> Allowance:
        """Count nothing; see `RateLimits.look`."""
        window = self._windows.get(_place(quota, subject_id))
        if window is None or window.ends_at <= self._clock():
            return Allowance(
                quota=quota, is_granted=quota.requests > 0, remaining=quota.requests, resets_after_seconds=0.0
            )
        return self._allowance(quota, window, is_granted=window.count < quota.requests)

    def add(self, quota: Quota, subject_id: UUID, amount: int) -> None:
        """Count so much; see `RateLimits.add`."""
        self._counted(quota, subject_id, amount)

    def _allowance(self, quota: Quota, window: _Window, *, is_granted: bool) -> Allowance:
        return Allowance(
            quota=quota,
            is_granted=is_granted,
            remaining=max(0, quota.requests - window.count),
            resets_after_seconds=max(0.0, window.ends_at - self._clock()),
        )

    def _counted(self, quota: Quota, subject_id: UUID, amount: int) -> _Window:
        now, place = self._clock(), _place(quota, subject_id)
        window = self._windows.get(place)
        if window is None or window.ends_at <= now:
            if len(self._windows) >= self._looked_through_at:
                self._windows = {key: each for key, each in self._windows.items() if each.ends_at > now}
                self._looked_through_at = max(_LOOKED_THROUGH_AT, 2 * len(self._windows))
            window = self._windows[place] = _Window(now + quota.seconds)
        window.count += amount
        return window


def _place(quota: Quota, subject_id: UUID) -> _Place:
    return quota.name, quota.seconds, subject_id
