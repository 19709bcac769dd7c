"""One of all processes is the health monitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderToCheck:
    """A provider, and whose it is."""

    organization_id: UUID
    provider_id: UUID


class Term(Protocol):
    """Being the one. What there is to do is told to nobody else, so whoever lost the office gets no more of it."""

    async def due(self, interval_seconds: float, limit: int) -> Sequence[ProviderToCheck]:
        """Return enabled providers of all organizations whose check is due, the longest overdue first.

        An interval of 0 finds all of them.

        Raises:
            Unavailable: the term is over.
        """
        ...

    async def lasts(self, seconds: float) -> None:
        """Return after this time if the term lasts that long.

        Raises:
            Unavailable: the term is over; told as soon as it is known.
        """
        ...


class Election(Protocol):
    """Gives the office to one of those who stand, on all hosts; it ends with the block or with the holder's life."""

    def term(self) -> AbstractAsyncContextManager[Term]:
        """Wait for the office, hold it during the block.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...

    def vacancy(self) -> AbstractAsyncContextManager[Term | None]:
        """Hold the office during the block if it is vacant; none when somebody else holds it.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
