"""Schemas of answers about the console's sign-in."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from entrypoints.http.answers.response_model import ResponseModel

RoleName = Literal["viewer", "editor", "admin"]


class SessionOrganization(ResponseModel):
    """An organization that the person may change to; `name` is null where it has none here."""

    id: UUID
    name: str | None
    role: RoleName


class ConsoleSession(ResponseModel):
    """Who is signed in, and the organization that requests with the session's cookie work on."""

    actor: Annotated[str, Field(description="The person's id, as events of the organization name it.")]
    account_id: Annotated[
        UUID | None, Field(description="Of the account of this service; null with an identity provider.")
    ]
    name: Annotated[str | None, Field(description="What the person is called.")]
    organization_id: UUID | None
    role: RoleName | None
    is_platform_admin: bool
    organizations: list[SessionOrganization]
    ends_at: Annotated[datetime, Field(description="The session ends then at the latest, and earlier without use.")]


class SignInState(ResponseModel):
    """How to sign in, and who is: null where no identity provider is set up, or nobody is signed in."""

    sign_in_url: str | None
    has_accounts: Annotated[bool, Field(description="Whether members can sign in with a passphrase.")]
    has_passkeys: Annotated[bool, Field(description="Whether they can with a passkey: not where the host is a number.")]
    session: ConsoleSession | None


class SignedOut(ResponseModel):
    """Where to sign out of the identity provider too, which may still know the browser; null: nowhere."""

    provider_sign_out_url: str | None
