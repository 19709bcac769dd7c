"""Bodies and queries of the routes of members and of accounts."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from application.members.addresses import LONGEST_ADDRESS
from application.members.invitation_text import LONGEST_TEXT
from domain.member.values import RoleName
from entrypoints.http.field_types import Body, JsonObject, Patch
from entrypoints.http.pagination import Page

Address = Annotated[str, Field(min_length=3, max_length=LONGEST_ADDRESS, description="An e-mail address.")]
PersonName = Annotated[str, Field(min_length=1, max_length=200)]
# In characters: what is too long in bytes is refused when it is read.
Passphrase = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1024,
        description="Write-only.",
        json_schema_extra={"writeOnly": True, "format": "password"},
    ),
]
InvitationLinkText = Annotated[
    str, Field(min_length=1, max_length=LONGEST_TEXT, description="The part of the link after `#/invitation/`.")
]
PasskeyAnswer = Annotated[
    JsonObject, Field(description="What `navigator.credentials` gives, as `PublicKeyCredential.toJSON()` writes it.")
]


class NewMember(Body):
    """Somebody to invite."""

    address: Address
    role: RoleName
    name: PersonName | None = None


class MemberPatch(Patch):
    """What to change of a member (RFC 7396)."""

    role: RoleName = "viewer"


class MemberListQuery(Page):
    """Which members, in which order."""

    status: Literal["invited", "active"] | None = None
    role: RoleName | None = None
    q: Annotated[str | None, Field(min_length=1, max_length=200, description="In the name or the address.")] = None
    sort: Literal["createdAt", "-createdAt"] = "createdAt"


class PassphraseSignIn(Body):
    """Whose account, and its passphrase."""

    address: Address
    passphrase: Passphrase


class PasskeySignIn(Body):
    """What a passkey has answered."""

    passkey: PasskeyAnswer


class InvitationLink(Body):
    """The invitation of a link."""

    SEALED_FIELD: ClassVar[str] = "invitation"

    invitation: InvitationLinkText


class AcceptedInvitation(Body):
    """How an invitation is accepted.

    With a passphrase or a passkey a new account is made; without, it is that of whoever is signed in.
    """

    SEALED_FIELD: ClassVar[str] = "invitation"

    invitation: InvitationLinkText
    name: PersonName | None = None
    passphrase: Passphrase | None = None
    passkey: PasskeyAnswer | None = None


class AccountPatch(Patch):
    """What to change of the own account (RFC 7396)."""

    name: PersonName = ""


class ConfirmedByPassphrase(Body):
    """The present passphrase, if the account has one; else one has to have signed in within a quarter of an hour."""

    current_passphrase: Passphrase | None = None


class NewPassphrase(ConfirmedByPassphrase):
    """Another passphrase, of 12 characters at least."""

    passphrase: Passphrase


class NewPasskeyBody(ConfirmedByPassphrase):
    """A passkey that was made."""

    passkey: PasskeyAnswer
    name: PersonName = "Passkey"
