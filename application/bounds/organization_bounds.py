"""The organization's own budget and quotas: changed by administrators, read by all members."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from application.caller import current_caller
from application.errors import OrganizationRemoved, StaleRevision
from application.policies.newest_revision import on_newest
from application.ports.repositories import Organizations
from application.recorded_revision import Recorded
from domain.budget import Budget
from domain.organization.aggregate import Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationBudget:
    """The budget with what was spent of it in this period; `resets_at` is when the next one begins."""

    budget: Budget | None = None
    spent_usd: Decimal | None = None
    resets_at: datetime | None = None


class OrganizationBudgetReader(Protocol):
    """Reads the budget of the current caller's organization."""

    async def read(self) -> OrganizationBudget:
        """Return the budget.

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
    return await _changed(organizations, expected_revision, lambda organization: organization.change_budget(budget))


async def change_organization_quotas(
    quotas: Mapping[str, int],
    expected_revision: int | None = None,
    *,
    organizations: Organizations,
    changed: Callable[[UUID], None],
) -> Recorded:
    """Replace the quotas of the current caller's organization. Platform administrators only.

    What is not named is as the installation has it; 0: no limit. `changed` is called with the organization.

    Raises:
        OrganizationRemoved: it was removed.
        StaleRevision: its revision is not the expected one.
        Conflict: another command changed it at the same time.
    """
    try:
        return await _changed(organizations, expected_revision, lambda organization: organization.change_quotas(quotas))
    finally:
        changed(current_caller().organization_id)


async def _changed(
    organizations: Organizations, expected_revision: int | None, change: Callable[[Organization], None]
) -> Recorded:
    async def changed() -> Recorded:
        organization = await _own(organizations, expected_revision)
        change(organization)
        return await organizations.save(organization)

    return await on_newest(changed)


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
