"""Leader election for the health monitor."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderToCheck:
    """A provider, and whose it is."""

    organization_id: UUID
    provider_id: UUID


class MonitorLeadership(Protocol):
    """The leadership of one process. Due checks are given to the leader alone."""

    async def due(self, interval_seconds: float, limit: int) -> Sequence[ProviderToCheck]:
        """Return enabled providers of all organizations whose check is due: of each in turn the longest overdue one.

        An interval of 0 finds all of them.

        Raises:
            Unavailable: the term is over.
        """
        ...

    async def lasts(self, seconds: float) -> None:
        """Return after this time if the term lasts that long.

        Raises:
            Unavailable: the term is over; raised as soon as it is known.
        """
        ...


class MonitorElection(Protocol):
    """Elects one process on all hosts; leadership ends with the block or with the process."""

    def term(self) -> AbstractAsyncContextManager[MonitorLeadership]:
        """Wait for the leadership and hold it during the block.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...

    def vacancy(self) -> AbstractAsyncContextManager[MonitorLeadership | None]:
        """Lead during the block if no other process does; None otherwise.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
