"""Give an organization its name."""

from dataclasses import dataclass
from uuid import UUID

from application.errors import OrganizationRemoved
from application.ports.repositories import Organizations
from application.recorded_revision import Recorded
from domain.organization.aggregate import Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class NameOrganization:
    """Register an organization by name, or rename it. Platform administrators only."""

    organization_id: UUID
    name: str


async def name_organization(command: NameOrganization, *, organizations: Organizations) -> Recorded:
    """Return the organization's revision; naming it as it is called already changes nothing.

    Raises:
        OrganizationRemoved: it was removed.
    """
    organization = await organizations.find(command.organization_id)
    if organization is not None and organization.is_removed:
        raise OrganizationRemoved
    if organization is None:
        organization = Organization.register(command.organization_id, name=command.name)
    else:
        organization.rename(command.name)
    return await organizations.save(organization)
