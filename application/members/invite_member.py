"""Invite somebody into the organization."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from application.caller import current_caller
from application.members.addresses import address_key, checked_address, checked_person_name, search_text
from application.members.invitation_text import digest_of, text_of
from application.members.members import INVITATION_SECONDS, MemberDocument, MemberDocuments, Members
from application.policies.newest_revision import on_newest
from application.recorded_revision import Recorded
from domain.member.aggregate import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteMember:
    """Invite somebody by an address, to take a role. Administrators only."""

    address: str = field(repr=False)
    role: str
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteAgain:
    """Replace an invitation that has expired, or whose link was lost. Administrators only."""

    member_id: UUID
    expected_revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """What was recorded, and the text of the invitation; None where an earlier run of the command has returned it."""

    recorded: Recorded
    text: str | None = field(repr=False)


async def invite_member(
    command: InviteMember, *, members: Members, documents: MemberDocuments, new_secret: Callable[[], bytes]
) -> NewInvitation:
    """Return the new member's id and revision with the text of the invitation, which is not shown again.

    Raises:
        InvalidInput: this is not an address, or not a name.
        InvalidValue: there is no such role.
        AddressTaken: a member has the address, or an invited one.
        TooManyMembers: the organization has as many as it may have.
    """
    address = checked_address(command.address)
    name = None if command.name is None else checked_person_name(command.name)
    caller = current_caller()
    member = Member.invite(caller.new_id(), role=command.role)
    text = text_of(caller.organization_id, member.id, new_secret())
    facts = {
        "address": address,
        "address_key": address_key(address),
        "name": name,
        "search": search_text(name, address),
        **_invitation(text),
    }
    recorded = await members.save(member, MemberDocument(kind="invited", member_id=member.id, facts=facts))
    return await _if_kept(recorded, text, documents)


async def invite_again(
    command: InviteAgain, *, members: Members, documents: MemberDocuments, new_secret: Callable[[], bytes]
) -> NewInvitation:
    """Return the member's revision with the text of a new invitation. The old link is no longer good.

    Raises:
        MemberNotFound: the organization has no such member.
        StaleRevision: its revision is not the expected one.
        AlreadyJoined: the invitation was accepted.
    """
    text = text_of(current_caller().organization_id, command.member_id, new_secret())

    async def change() -> Recorded:
        member = await members.get(command.member_id, expected_revision=command.expected_revision)
        member.invite_again()
        document = MemberDocument(kind="invited-again", member_id=member.id, facts=_invitation(text))
        return await members.save(member, document)

    return await _if_kept(await on_newest(change), text, documents)


def _invitation(text: str) -> dict[str, object]:
    return {"digest": digest_of(text).hex(), "seconds": INVITATION_SECONDS}


async def _if_kept(recorded: Recorded, text: str, documents: MemberDocuments) -> NewInvitation:
    """Return the text only if it is the one that was recorded."""
    is_kept = await documents.holds_invitation(recorded.aggregate_id, digest_of(text))
    return NewInvitation(recorded=recorded, text=text if is_kept else None)
