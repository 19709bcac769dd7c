"""Routes of invitations: seeing one, and accepting it with a new account or an own one."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from aiohttp import web

from application.caller import Caller
from application.errors import CommandOutcomeUnknown, Conflict, InvalidInput
from application.members.accept_invitation import AcceptInvitation
from application.members.accounts import Accounts, SignInBusy
from application.members.invitation_text import InvitationText, parse_invitation
from application.members.members import AccountExists, AlreadyMember, Invitation, InvitationNotValid, PasskeyTaken
from application.members.passkeys import PasskeyVerifier
from entrypoints.http.answers.members import FoundInvitation, PasskeyOptions
from entrypoints.http.answers.sign_in import SignInState
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.members import AcceptedInvitation, InvitationLink
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import json_body
from entrypoints.http.request_errors import NotAuthenticated
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.sign_in.account_sessions import (
    ALWAYS,
    CHALLENGE_BYTES,
    TAG,
    AccountSessions,
    caller_without_organization,
    kept_challenge,
    own_session,
    passkey_options_response,
)

_PURPOSE: Final = "join"
_SIGNED_IN: Final = {200: Answer(description="Who is signed in now.", schema=SignInState)}
_OPTIONS: Final = {200: Answer(description="What the browser is to be given.", schema=PasskeyOptions)}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationViews:
    """Turns what somebody does who has an invitation into use cases. All of it is for the console's own pages."""

    sessions: AccountSessions
    accounts: Accounts
    passkeys: PasskeyVerifier
    find_invitation: Callable[[InvitationText | None], Awaitable[Invitation]]
    accept: Callable[[AcceptInvitation, Caller], Awaitable[UUID]]

    @endpoint(
        "POST",
        "/auth/invitation",
        access=Access.PUBLIC,
        tag=TAG,
        body=InvitationLink,
        answers={200: Answer(description="The invitation.", schema=FoundInvitation)},
        problems=(InvitationNotValid, *ALWAYS),
        changes_nothing=True,
    )
    async def find_invitation_of_link(self, request: web.Request) -> web.Response:
        """Show an invitation to whoever has its link"""
        self.sessions.known(request)
        body = await json_body(request, InvitationLink)
        return json_response(
            FoundInvitation.model_validate(await self.find_invitation(parse_invitation(body.invitation)))
        )

    @endpoint(
        "POST",
        "/auth/invitation/passkey-options",
        access=Access.PUBLIC,
        tag=TAG,
        body=InvitationLink,
        answers=_OPTIONS,
        problems=(InvitationNotValid, *ALWAYS),
        changes_nothing=True,
    )
    async def invitation_passkey_options(self, request: web.Request) -> web.Response:
        """Create the options of a passkey for a new account"""
        sign_in = self.sessions.with_passkeys(request)
        body = await json_body(request, InvitationLink)
        found = await self.find_invitation(parse_invitation(body.invitation))
        challenge, person_id = secrets.token_bytes(CHALLENGE_BYTES), uuid4()
        options = self.passkeys.creation_options(
            challenge, person_id, address=found.address, name=found.name or found.address, known=()
        )
        kept = {"member_id": str(found.member_id), "person_id": str(person_id)}
        return passkey_options_response(sign_in, _PURPOSE, challenge, options, kept)

    @endpoint(
        "POST",
        "/auth/invitation/accept",
        access=Access.PUBLIC,
        tag=TAG,
        body=AcceptedInvitation,
        answers=_SIGNED_IN,
        problems=(
            InvitationNotValid,
            InvalidInput,
            AccountExists,
            AlreadyMember,
            PasskeyTaken,
            NotAuthenticated,
            SignInBusy,
            Conflict,
            CommandOutcomeUnknown,
            *ALWAYS,
        ),
        changes_nothing=True,
    )
    async def accept_invitation(self, request: web.Request) -> web.Response:
        """Accept an invitation

        With a passphrase (of 12 characters at least) or a passkey a new account is made, which is signed in then.
        Without, whoever is signed in to an account becomes a member with it. An invitation is good once.
        """
        sign_in = self.sessions.known(request)
        body = await json_body(request, AcceptedInvitation)
        invitation = parse_invitation(body.invitation)
        if invitation is None:
            raise InvitationNotValid
        person_id = new_person_id = passkey = None
        if body.passkey is not None:
            kept = kept_challenge(self.sessions.with_passkeys(request), request, _PURPOSE)
            if kept["member_id"] != str(invitation.member_id):
                raise InvitationNotValid
            challenge = bytes.fromhex(kept["challenge"])
            passkey = self.passkeys.verify_creation(body.passkey, challenge, name="Passkey")
            new_person_id = UUID(kept["person_id"])
        elif body.passphrase is None:
            _, session = await own_session(sign_in, request)
            person_id = session.person_id
        command = AcceptInvitation(
            invitation=invitation,
            person_id=person_id,
            new_person_id=new_person_id,
            name=body.name,
            passphrase=body.passphrase,
            passkey=passkey,
        )
        accepted = await self.accept(command, caller_without_organization(request))
        response = await self.sessions.begin(
            sign_in, request, await self.accounts.get(accepted), organization_id=invitation.organization_id
        )
        sign_in.cookies.drop_challenge(response, _PURPOSE)
        return response
