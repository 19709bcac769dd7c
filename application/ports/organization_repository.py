"""Organizations, as aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.recorded_revision import Recorded
    from domain.model.aggregate import Model
    from domain.organization.aggregate import Organization
    from domain.provider.aggregate import Provider


class Organizations(Protocol):
    """Loads and saves organizations; the current caller acts for the one in question."""

    async def find(self, organization_id: UUID) -> Organization | None:
        """Return the organization, none when it has not been named yet."""
        ...

    async def save(self, organization: Organization) -> Recorded:
        """Record what was decided.

        Raises:
            Conflict: another command came first.
            OrganizationRemoved: it was removed.
            Unavailable, CommandOutcomeUnknown: the database could not be reached.
        """
        ...

    async def save_removed(self, organization: Organization, gone: Sequence[Provider | Model]) -> Recorded:
        """Record that the organization was removed after the last of its providers and models.

        With it goes everything that is kept of the organization beside its log: keys, read rows, evidence, figures.

        Raises:
            Conflict: another command came first, or it has providers still.
            OrganizationRemoved: it was removed already.
            Unavailable, CommandOutcomeUnknown: the database could not be reached.
        """
        ...

    async def has_log(self) -> bool:
        """Tell whether anything was ever written for the organization."""
        ...
