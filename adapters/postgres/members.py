"""The organization's members as the API shows them, and their invitations."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from adapters.postgres.keyset_pages import Conditions
from adapters.postgres.list_filters import member_conditions
from adapters.postgres.resource_documents import PostgresDocuments
from adapters.postgres.tenant_statements import Tenant
from adapters.sql import composed_statements
from application.caller import Caller, acting_as
from application.members.members import Invitation, MemberFilter, MemberNotFound

_SQL: Final = composed_statements("adapters.postgres", "members.sql")
_ACTOR: Final = "invitations"


class PostgresMemberDocuments(PostgresDocuments[MemberFilter]):
    """Implements `application.members.members.MemberDocuments`."""

    kind = "member"
    not_found = MemberNotFound

    def _conditions(self, filters: MemberFilter) -> Conditions:
        return member_conditions(filters)

    async def holds_invitation(self, member_id: UUID, digest: bytes) -> bool:
        [[is_held]] = await self._tenant.rows(_SQL["holds_invitation"], {"member_id": member_id, "digest": digest})
        return bool(is_held)

    async def all_ids(self) -> Sequence[UUID]:
        return [row[0] for row in await self._tenant.rows(_SQL["all_members"], {})]


class PostgresInvitations:
    """Implements `application.members.members.Invitations`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def find(self, organization_id: UUID, member_id: UUID, digest: bytes) -> Invitation | None:
        with acting_as(Caller.of_service(organization_id, _ACTOR)):
            rows = await self._tenant.rows(_SQL["invitation"], {"member_id": member_id, "digest": digest})
        if not rows:
            return None
        role, address, name, expires_at, organization_name = rows[0]
        return Invitation(
            organization_id=organization_id,
            organization_name=organization_name,
            member_id=member_id,
            role=role,
            address=address,
            name=name,
            expires_at=expires_at,
        )
