"""Schemas of answers about members and accounts."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from domain.member.values import RoleName
from entrypoints.http.answers.response_model import Pagination, ResponseModel


class Member(ResponseModel):
    """A member of the organization, or somebody who is invited. Events name the member by `id`."""

    id: UUID
    organization_id: UUID
    name: str | None
    address: Annotated[str | None, Field(description="The e-mail address that the invitation was for.")]
    role: RoleName
    status: Literal["invited", "active"]
    invitation_expires_at: Annotated[datetime | None, Field(description="Null once it was accepted.")]
    created_at: datetime
    updated_at: datetime
    revision: int


class InvitedMember(Member):
    """Somebody who is invited, with the link, which is returned this once."""

    invitation_url: Annotated[
        str | None,
        Field(
            description="Good once, and for 72 hours. Null in a repeated answer: invite again where a link was lost.",
            examples=[f"https://modelbook.example.org/#/invitation/mbi_{'A' * 43}_{'B' * 43}"],
        ),
    ]


class MemberList(ResponseModel):
    """A page of members."""

    data: list[Member]
    pagination: Pagination


class FoundInvitation(ResponseModel):
    """An invitation that is good."""

    organization_id: UUID
    organization_name: str | None
    role: RoleName
    address: Annotated[str, Field(description="The address that a new account will sign in with.")]
    name: str | None
    expires_at: datetime


class PasskeyOptions(ResponseModel):
    """What `navigator.credentials` is to be given, as `PublicKeyCredential.parse…FromJSON()` reads it."""

    public_key: dict[str, Any]


class AccountPasskey(ResponseModel):
    """A passkey of an account."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None


class OwnAccount(ResponseModel):
    """The caller's account."""

    id: UUID
    address: str
    name: str
    has_passphrase: bool
    passkeys: list[AccountPasskey]


class Erased(ResponseModel):
    """Nothing is kept of the account any more."""

    erased: Literal[True]
