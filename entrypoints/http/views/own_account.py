"""Routes of the own account: name, passphrase, passkeys, and its end."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from aiohttp import web

from application.caller import Caller
from application.errors import CommandOutcomeUnknown, Conflict, InvalidInput
from application.members.accounts import (
    AccountGone,
    Accounts,
    LastWayIn,
    NewPasskey,
    PasskeyNotFound,
    SignInBusy,
    SignInRefused,
    TooManyAttempts,
    TooManyPasskeys,
)
from application.members.addresses import checked_person_name
from application.members.change_account import Confirmation, SignInAgain
from application.members.members import LastAdmin, PasskeyTaken
from application.members.passkeys import PasskeyVerifier
from application.sign_in.sign_in_sessions import SignInSession
from entrypoints.http.answers.members import Erased, OwnAccount, PasskeyOptions
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.members import AccountPatch, ConfirmedByPassphrase, NewPasskeyBody, NewPassphrase
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import json_body, path_id
from entrypoints.http.request_errors import NotAuthenticated
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.sign_in.account_sessions import (
    ALWAYS,
    CHALLENGE_BYTES,
    TAG,
    TOO_LATE,
    AccountSessions,
    caller_without_organization,
    kept_challenge,
    own_session,
    passkey_options_response,
    person_of,
    signed_in_person,
)

_PURPOSE: Final = "add"
_OWN: Final = {200: Answer(description="The account as it is now.", schema=OwnAccount)}
_OPTIONS: Final = {200: Answer(description="What the browser is to be given.", schema=PasskeyOptions)}
_PROBLEMS: Final = (NotAuthenticated, AccountGone, *ALWAYS)
_CONFIRMED: Final = (InvalidInput, SignInAgain, TooManyAttempts, SignInBusy, *_PROBLEMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccountViews:
    """Turns what people change of their own accounts into use cases. All of it is for the console's own pages."""

    sessions: AccountSessions
    accounts: Accounts
    passkeys: PasskeyVerifier
    rename: Callable[[UUID, str], Awaitable[None]]
    change_passphrase: Callable[[Confirmation, str], Awaitable[None]]
    add_passkey: Callable[[Confirmation, NewPasskey, bytes], Awaitable[None]]
    remove_passkey: Callable[[Confirmation, UUID], Awaitable[None]]
    erase: Callable[[Confirmation, Caller], Awaitable[None]]

    @endpoint("GET", "/auth/account", access=Access.PUBLIC, tag=TAG, answers=_OWN, problems=_PROBLEMS)
    async def get_account(self, request: web.Request) -> web.Response:
        """Show the own account"""
        sign_in = self.sessions.known(request)
        _, session = await own_session(sign_in, request)
        return json_response(await self._account(person_of(session)))

    @endpoint(
        "PATCH",
        "/auth/account",
        access=Access.PUBLIC,
        tag=TAG,
        body=AccountPatch,
        answers=_OWN,
        problems=(InvalidInput, *_PROBLEMS),
        changes_nothing=True,
    )
    async def patch_account(self, request: web.Request) -> web.Response:
        """Change the own name

        A merge patch (RFC 7396). Administrators of one's organizations see it, and it is in no event.
        """
        sign_in = self.sessions.known(request)
        body = await json_body(request, AccountPatch)
        cookie, session = await own_session(sign_in, request)
        person_id = person_of(session)
        if "name" in body.model_fields_set:
            await self.rename(person_id, body.name)
        account = await self._account(person_id)
        response = json_response(account)
        renamed = type(cookie)(session_id=cookie.session_id, organization_id=cookie.organization_id, name=account.name)
        sign_in.keep(response, session, renamed)
        return response

    @endpoint(
        "PUT",
        "/auth/account/passphrase",
        access=Access.PUBLIC,
        tag=TAG,
        body=NewPassphrase,
        answers=_OWN,
        problems=(SignInRefused, *_CONFIRMED),
        changes_nothing=True,
    )
    async def put_passphrase(self, request: web.Request) -> web.Response:
        """Change the own passphrase

        All other sessions of the account end.
        """
        sign_in = self.sessions.known(request)
        body = await json_body(request, NewPassphrase)
        _, session = await own_session(sign_in, request)
        await self.change_passphrase(_confirmation(session, body), body.passphrase)
        await sign_in.sessions.end_others(signed_in_person(person_of(session)), session.id)
        return json_response(await self._account(person_of(session)))

    @endpoint(
        "POST",
        "/auth/account/passkeys/options",
        access=Access.PUBLIC,
        tag=TAG,
        answers=_OPTIONS,
        problems=_PROBLEMS,
        changes_nothing=True,
    )
    async def own_passkey_options(self, request: web.Request) -> web.Response:
        """Create the options of a passkey for the own account"""
        sign_in = self.sessions.with_passkeys(request)
        _, session = await own_session(sign_in, request)
        account = await self.accounts.get(person_of(session))
        known = [each.credential_id for each in await self.accounts.passkeys(account.id)]
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        options = self.passkeys.creation_options(
            challenge, account.id, address=account.address, name=account.name, known=known
        )
        return passkey_options_response(sign_in, _PURPOSE, challenge, options, {"session_id": str(session.id)})

    @endpoint(
        "POST",
        "/auth/account/passkeys",
        access=Access.PUBLIC,
        tag=TAG,
        body=NewPasskeyBody,
        answers=_OWN,
        problems=(PasskeyTaken, TooManyPasskeys, SignInRefused, *_CONFIRMED),
        changes_nothing=True,
    )
    async def add_own_passkey(self, request: web.Request) -> web.Response:
        """Add a passkey to the own account"""
        sign_in = self.sessions.with_passkeys(request)
        body = await json_body(request, NewPasskeyBody)
        _, session = await own_session(sign_in, request)
        kept = kept_challenge(sign_in, request, _PURPOSE)
        if kept["session_id"] != str(session.id):
            raise SignInRefused(TOO_LATE)
        challenge = bytes.fromhex(kept["challenge"])
        passkey = self.passkeys.verify_creation(body.passkey, challenge, name=checked_person_name(body.name))
        await self.add_passkey(_confirmation(session, body), passkey, challenge)
        response = json_response(await self._account(person_of(session)))
        sign_in.cookies.drop_challenge(response, _PURPOSE)
        return response

    @endpoint(
        "DELETE",
        "/auth/account/passkeys/{id}",
        access=Access.PUBLIC,
        tag=TAG,
        body=ConfirmedByPassphrase,
        body_required=False,
        answers=_OWN,
        problems=(PasskeyNotFound, LastWayIn, *_CONFIRMED),
        changes_nothing=True,
    )
    async def remove_own_passkey(self, request: web.Request) -> web.Response:
        """Remove a passkey from the own account

        Not the last one of an account without a passphrase.
        """
        sign_in = self.sessions.known(request)
        body = await json_body(request, ConfirmedByPassphrase)
        _, session = await own_session(sign_in, request)
        await self.remove_passkey(_confirmation(session, body), path_id(request, "id"))
        return json_response(await self._account(person_of(session)))

    @endpoint(
        "DELETE",
        "/auth/account",
        access=Access.PUBLIC,
        tag=TAG,
        body=ConfirmedByPassphrase,
        body_required=False,
        answers={200: Answer(description="The account is erased.", schema=Erased)},
        problems=(LastAdmin, Conflict, CommandOutcomeUnknown, *_CONFIRMED),
        changes_nothing=True,
    )
    async def erase_account(self, request: web.Request) -> web.Response:
        """Erase the own account

        One leaves all organizations, and name, address, passphrase, passkeys and sessions are deleted. What one did
        stays in their logs, under an id that leads to nobody any more. The last admin of an organization makes somebody
        else one first.
        """
        sign_in = self.sessions.known(request)
        body = await json_body(request, ConfirmedByPassphrase)
        _, session = await own_session(sign_in, request)
        await self.erase(_confirmation(session, body), caller_without_organization(request))
        response = json_response(Erased(erased=True))
        sign_in.cookies.drop_session(response)
        return response

    async def _account(self, person_id: UUID) -> OwnAccount:
        account = await self.accounts.get(person_id)
        passkeys = await self.accounts.passkeys(person_id)
        return OwnAccount.model_validate(
            {
                "id": account.id,
                "address": account.address,
                "name": account.name,
                "has_passphrase": account.passphrase is not None,
                "passkeys": list(passkeys),
            }
        )


def _confirmation(session: SignInSession, body: ConfirmedByPassphrase) -> Confirmation:
    return Confirmation(
        person_id=person_of(session),
        signed_in_at=session.begun_at,
        now=datetime.now(UTC),
        passphrase=body.current_passphrase,
    )
