"""Accept an invitation, with a new account or with the one that somebody is signed in to."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from application.caller import Caller, acting_as
from application.errors import InvalidInput
from application.members.accounts import Accounts, NewPasskey, Passphrases
from application.members.addresses import address_digest, checked_person_name, search_text
from application.members.invitation_text import InvitationText
from application.members.members import (
    Invitation,
    InvitationNotValid,
    Invitations,
    MemberDocument,
    MemberNotFound,
    Members,
)
from application.members.passphrases import checked_passphrase
from application.policies.newest_revision import on_newest
from application.recorded_revision import Recorded
from domain.member.errors import AlreadyJoined


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptInvitation:
    """Become a member. With `person_id` it is an account that there is; else a new one, with one way to sign in.

    `new_person_id` is the id that a passkey was made for.
    """

    invitation: InvitationText
    person_id: UUID | None = None
    new_person_id: UUID | None = None
    name: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    passkey: NewPasskey | None = None


async def found_invitation(invitation: InvitationText | None, *, invitations: Invitations) -> Invitation:
    """Return the invitation that a link leads to.

    Raises:
        InvitationNotValid: it is not good, or no longer.
        Unavailable: the database cannot be reached.
    """
    if invitation is None:
        raise InvitationNotValid
    found = await invitations.find(invitation.organization_id, invitation.member_id, invitation.digest)
    if found is None:
        raise InvitationNotValid
    return found


async def accept_invitation(
    command: AcceptInvitation,
    caller: Caller,
    *,
    invitations: Invitations,
    members: Members,
    accounts: Accounts,
    passphrases: Passphrases,
) -> UUID:
    """Return the account that is a member now. Of two that accept at the same time one does.

    Raises:
        InvitationNotValid: it was used, withdrawn or replaced, or is too old.
        InvalidInput: the name or the passphrase is not allowed, or there is nothing to sign in with.
        AccountExists: the address has an account already; its owner signs in to it first.
        AlreadyMember: the account is a member of the organization.
        SignInBusy: too many people sign in at this moment.
    """
    found = await found_invitation(command.invitation, invitations=invitations)
    facts: dict[str, Any] = {"digest": command.invitation.digest.hex()}
    if command.person_id is not None:
        account = await accounts.get(command.person_id)
        person_id, name = account.id, account.name
    else:
        person_id = command.new_person_id or caller.new_id()
        name = checked_person_name(command.name or found.name or found.address)
        facts |= {"address": found.address, "address_digest": address_digest(found.address).hex()}
        facts |= await _way_in(command, (found.address, name), passphrases)
    facts |= {"person_id": str(person_id), "name": name, "search": search_text(name, found.address)}

    async def join() -> Recorded:
        try:
            member = await members.get(found.member_id)
            member.join(person_id)
        except (MemberNotFound, AlreadyJoined):
            raise InvitationNotValid from None
        return await members.save(member, MemberDocument(kind="joined", member_id=member.id, facts=facts))

    with acting_as(replace(caller, organization_id=found.organization_id, actor=str(found.member_id))):
        await on_newest(join)
    return person_id


async def _way_in(command: AcceptInvitation, personal: tuple[str, ...], passphrases: Passphrases) -> dict[str, Any]:
    """Return what the account is signed in to with, as it is kept."""
    facts: dict[str, Any] = {"passphrase": None}
    if command.passphrase is not None:
        facts["passphrase"] = await passphrases.hash(checked_passphrase(command.passphrase, personal=personal))
    elif command.passkey is None:
        raise InvalidInput("/passphrase", "Choose a passphrase, or make a passkey.")
    passkey = command.passkey
    if passkey is not None:
        facts |= {
            "passkey_id": str(passkey.id),
            "credential_id": passkey.credential_id.hex(),
            "public_key": passkey.public_key.hex(),
            "sign_count": passkey.sign_count,
            "passkey_name": passkey.name,
        }
    return facts
