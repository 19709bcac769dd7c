"""The organization's members: the aggregates, what is kept of people beside the log, and what is shown of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from application.errors import ApplicationError, Conflict, InvalidInput, NotFound
from application.ports.repositories import Repository
from application.ports.resource_documents import Documents
from application.recorded_revision import Recorded
from domain.member.aggregate import Member

INVITATION_SECONDS: Final = 72 * 3600


class MemberNotFound(NotFound):
    """Your organization has no such member."""

    code = "member-not-found"


class AddressTaken(Conflict):
    """Somebody with this address is a member already, or is invited."""

    code = "address-taken"
    pointer = "/address"


class TooManyMembers(Conflict):
    """Your organization has as many members as it may have (1,000). Remove one, or withdraw an invitation."""

    code = "too-many-members"


class LastAdmin(Conflict):
    """Nobody else administers this organization. Make somebody else an admin first."""

    code = "last-admin"


class InvitationNotValid(ApplicationError):
    """This invitation was used, withdrawn or replaced, or is older than 72 hours. Request a new one."""

    code = "invitation-not-valid"


class AccountExists(Conflict):
    """There is an account with this address already. Sign in to it, then open the link again to accept with it."""

    code = "account-exists"


class PasskeyTaken(InvalidInput):
    """This passkey belongs to an account already."""

    code = "passkey-taken"

    def __init__(self) -> None:
        super().__init__("/passkey", " ".join((type(self).__doc__ or "").split()))


class AlreadyMember(Conflict):
    """Your account is a member of this organization already."""

    code = "already-a-member"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDocument:
    """What is kept beside the log together with the events of a member; `facts` are JSON values.

    `kind` is one of those that `apply_member_documents` knows (migrations/0017).
    """

    kind: str
    member_id: UUID | None = None
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)


KEEPS_AN_ADMIN: Final = MemberDocument(kind="keeps-an-admin")
"""The condition that somebody administers the organization afterwards."""


class Members(Repository["Member"], Protocol):
    """Loads and saves members; `get` raises MemberNotFound."""

    async def save(self, aggregate: Member, *documents: MemberDocument) -> Recorded:
        """Record what was decided, with what is kept beside the log, all or nothing.

        Errors as for every repository.

        Raises:
            AddressTaken, TooManyMembers, LastAdmin, InvitationNotValid, AccountExists, AlreadyMember, PasskeyTaken: as
                the documents have it.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFilter:
    """Which members; None lets all through. `text` is looked for in name and address."""

    status: str | None = None
    role: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation that is good, as its link finds it."""

    organization_id: UUID
    organization_name: str | None
    member_id: UUID
    role: str
    address: str
    name: str | None
    expires_at: datetime


class MemberDocuments(Documents[MemberFilter], Protocol):
    """The members of the current caller's organization, with their names and addresses."""

    async def holds_invitation(self, member_id: UUID, digest: bytes) -> bool:
        """Return whether this is the digest of the member's newest invitation.

        It is not if another run of the command came first.
        """
        ...

    async def all_ids(self) -> Sequence[UUID]:
        """Return the ids of all members, invited ones included."""
        ...


class Invitations(Protocol):
    """Finds invitations for whoever has the link, before the caller is authenticated."""

    async def find(self, organization_id: UUID, member_id: UUID, digest: bytes) -> Invitation | None:
        """Return the invitation; none if it is not good, or no longer.

        Raises:
            Unavailable: the database cannot be reached.
        """
        ...
