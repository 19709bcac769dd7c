"""How often an organization may have something done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """So many requests within so many seconds, counted from the first; `what` they are, in words."""

    name: str
    what: str
    requests: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Whether a request is within its quota, what is left of that, and when all of it is there again."""

    quota: Quota
    is_granted: bool
    remaining: int
    resets_after_seconds: float


class RateLimits(Protocol):
    """Counts the requests of each organization; a store of counts that cannot be reached refuses nobody."""

    async def take(self, quota: Quota, organization_id: UUID) -> Allowance:
        """Count a request and tell whether it is within the quota; those over it prolong nothing."""
        ...
