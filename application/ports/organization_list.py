"""All organizations of the installation, for platform administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOrganization:
    """An organization; `name` is None where nobody has given it one, and `quotas` are its own.

    `order` is its place by name.
    """

    id: UUID
    name: str | None
    quotas: Mapping[str, int]
    events: int
    last_event_at: datetime
    is_removed: bool
    order: str


class OrganizationList(Protocol):
    """Lists organizations by name; those without one come last.

    Each method raises `Unavailable` where the database cannot be reached.
    """

    async def page(
        self, *, sought: str | None, after: tuple[str, UUID] | None, limit: int
    ) -> Sequence[ListedOrganization]:
        """Return those after a place, with `sought` only those whose name holds it or whose id begins so."""
        ...

    async def count(self, sought: str | None) -> int:
        """Return how many there are in all."""
        ...
