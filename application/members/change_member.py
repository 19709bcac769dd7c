"""Change a member's role."""

from dataclasses import dataclass
from uuid import UUID

from application.members.members import KEEPS_AN_ADMIN, Members
from application.policies.newest_revision import on_newest
from application.recorded_revision import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMember:
    """Give a member another role, which counts at once. Administrators only."""

    member_id: UUID
    role: str
    expected_revision: int | None = None


async def change_member(command: ChangeMember, *, members: Members, has_other_ways_in: bool) -> Recorded:
    """Return the member's revision after the change, the old one when it changes nothing.

    Raises:
        MemberNotFound: the organization has no such member.
        StaleRevision: its revision is not the expected one.
        InvalidValue: there is no such role.
        LastAdmin: the last admin would be none any more, and there is no identity provider that makes others.
        Conflict: another command changed it at the same time.
    """

    async def change() -> Recorded:
        member = await members.get(command.member_id, expected_revision=command.expected_revision)
        loses_an_admin = member.role == "admin" and member.has_joined
        member.change_role(command.role)
        if has_other_ways_in or not loses_an_admin:
            return await members.save(member)
        return await members.save(member, KEEPS_AN_ADMIN)

    return await on_newest(change)
