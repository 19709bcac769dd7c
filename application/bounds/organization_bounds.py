"""The organization's own limits and budget: changed by administrators, read by all members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from application.caller import current_caller
from application.errors import OrganizationRemoved, StaleRevision
from application.policies.newest_revision import on_newest
from domain.organization.aggregate import Organization

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from application.ports.repositories import Organizations
    from application.recorded_revision import Recorded
    from domain.access_key.values import Budget, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationBounds:
    """The limits, and the budget with what was spent of it in this period; `resets_at` is when the next one begins."""

    limits: Limits
    budget: Budget | None = None
    spent_usd: Decimal | None = None
    resets_at: datetime | None = None


class OrganizationBoundsReader(Protocol):
    """Reads the bounds of the current caller's organization."""

    async def read(self) -> OrganizationBounds:
        """Return the bounds.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...


async def change_organization_budget(
    budget: Budget | None, expected_revision: int | None = None, *, organizations: Organizations
) -> Recorded:
    """Replace or remove the budget of the current caller's organization. Administrators only.

    Raises:
        OrganizationRemoved: it was removed.
        StaleRevision: its revision is not the expected one.
        Conflict: another command changed it at the same time.
    """

    async def change() -> Recorded:
        organization = await _own(organizations, expected_revision)
        organization.change_budget(budget)
        return await organizations.save(organization)

    return await on_newest(change)


async def change_organization_limits(
    limits: Limits, expected_revision: int | None = None, *, organizations: Organizations
) -> Recorded:
    """Replace the limits of the current caller's organization. Platform administrators only.

    Raises:
        OrganizationRemoved: it was removed.
        StaleRevision: its revision is not the expected one.
        Conflict: another command changed it at the same time.
    """

    async def change() -> Recorded:
        organization = await _own(organizations, expected_revision)
        organization.change_limits(limits)
        return await organizations.save(organization)

    return await on_newest(change)


async def _own(organizations: Organizations, expected_revision: int | None) -> Organization:
    organization_id = current_caller().organization_id
    organization = await organizations.find(organization_id)
    if organization is None:
        # Nobody has named it; an aggregate begins with its registration all the same.
        return Organization.register(organization_id, name=str(organization_id))
    if organization.is_removed:
        raise OrganizationRemoved
    if expected_revision not in (None, organization.revision):
        raise StaleRevision(organization.revision)
    return organization
