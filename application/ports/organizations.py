"""Organizations, as aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from uuid import UUID

    from application.recorded import Recorded
    from domain.organization.aggregate import Organization


class Organizations(Protocol):
    """Loads and saves organizations; the current caller acts for the one in question."""

    async def find(self, organization_id: UUID) -> Organization | None:
        """Return the organization, none when it has not been named yet."""
        ...

    async def save(self, organization: Organization) -> Recorded:
        """Record what was decided.

        Raises:
            Conflict: another command came first.
            Unavailable, CommandOutcomeUnknown: the database could not be reached.
        """
        ...
