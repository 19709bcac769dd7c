"""Remove a member, or withdraw an invitation."""

from dataclasses import dataclass
from uuid import UUID

from application.members.members import KEEPS_AN_ADMIN, Members
from application.policies.newest_revision import on_newest
from application.recorded_revision import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMember:
    """Take somebody out of the organization at once, or withdraw the invitation. Administrators only."""

    member_id: UUID
    expected_revision: int | None = None


async def remove_member(
    command: RemoveMember, *, members: Members, has_other_ways_in: bool, is_leaving: bool = False
) -> Recorded:
    """Return the member's last revision. Whoever was removed can do nothing in the organization from now on.

    Of an invitation nothing is kept; the name of a member is kept for the audit, until that person erases it.
    `is_leaving`: the member is the caller.

    Raises:
        MemberNotFound: the organization has no such member.
        StaleRevision: its revision is not the expected one.
        LastAdmin: it is the last admin, and there is no identity provider that makes others.
        Conflict: another command changed it at the same time.
    """

    async def remove() -> Recorded:
        member = await members.get(command.member_id, expected_revision=command.expected_revision)
        loses_an_admin = member.role == "admin" and member.has_joined
        if is_leaving:
            member.leave()
        else:
            member.remove()
        if has_other_ways_in or not loses_an_admin:
            return await members.save(member)
        return await members.save(member, KEEPS_AN_ADMIN)

    return await on_newest(remove)
