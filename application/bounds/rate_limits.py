"""How often an organization may have something done."""

from dataclasses import dataclass
from typing import Protocol
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whether a request gets its turn, and in how many seconds that is, or would be."""

    is_granted: bool
    wait_seconds: float


class RateLimits(Protocol):
    """Counts what each organization or access key does; a store of counts that cannot be reached refuses nobody."""

    async def take(self, quota: Quota, subject_id: UUID) -> Allowance:
        """Count a request and return whether it is within the quota; those over it prolong nothing."""
        ...

    async def take_turn(self, quota: Quota, subject_id: UUID, patience_seconds: float) -> Turn:
        """Take a token from a bucket that holds as many as the quota and is refilled at the quota's rate.

        One that comes within the patience is taken in advance. Requests without a turn prolong nothing.
        """
        ...

    async def turns_left(self, quota: Quota, subject_id: UUID) -> int:
        """Return how many tokens are in the bucket."""
        ...

    async def look(self, quota: Quota, subject_id: UUID) -> Allowance:
        """Return whether there is anything left of the quota, without counting."""
        ...

    async def add(self, quota: Quota, subject_id: UUID, amount: int) -> None:
        """Count so much that was done already, however much is left of the quota."""
        ...

    async def enter(self, subject_id: UUID, most: int) -> str | None:
        """Count one more that works at this moment, and return its ticket; None if as many work already.

        Who holds a ticket and dies is counted for some minutes more.
        """
        ...

    async def leave(self, subject_id: UUID, ticket: str) -> None:
        """Count one less."""
        ...

    async def at_work(self, subject_id: UUID) -> int:
        """Return how many work at this moment."""
        ...
