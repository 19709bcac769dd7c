"""Routes of accounts: signing in with a passphrase or a passkey, invitations, and what people change of their own."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from application.caller import Caller
from application.errors import CommandOutcomeUnknown, Conflict, InvalidInput, Unavailable
from application.members.accept_invitation import AcceptInvitation
from application.members.accounts import (
    ISSUER,
    AccountGone,
    LastWayIn,
    PasskeyNotFound,
    SignInBusy,
    SignInRefused,
    TooManyAttempts,
    TooManyPasskeys,
)
from application.members.addresses import checked_person_name
from application.members.change_account import Confirmation, SignInAgain
from application.members.invitation_text import parse_invitation
from application.members.members import AccountExists, AlreadyMember, InvitationNotValid, LastAdmin, PasskeyTaken
from application.members.sign_in import SignInWithPasskey, SignInWithPassphrase
from application.sign_in.sign_in_sessions import SignedInPerson
from entrypoints.http.answers.members import Erased, FoundInvitation, OwnAccount, PasskeyOptions
from entrypoints.http.answers.sign_in import SignInState
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.members import (
    AcceptedInvitation,
    AccountPatch,
    ConfirmedByPassphrase,
    InvitationLink,
    NewPasskeyBody,
    NewPassphrase,
    PasskeySignIn,
    PassphraseSignIn,
)
from entrypoints.http.client_addresses import client_network
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import json_body, path_id
from entrypoints.http.request_context import context_of
from entrypoints.http.request_errors import CrossSiteRequest, NoAccountsHere, NotAuthenticated
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.sign_in.same_origin import require_own_page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from aiohttp import web

    from application.members.accounts import Account, Accounts, NewPasskey
    from application.members.invitation_text import InvitationText
    from application.members.members import Invitation
    from application.members.passkeys import PasskeyVerifier
    from application.sign_in.sign_in_sessions import SignInSession
    from entrypoints.http.client_addresses import Network
    from entrypoints.http.sign_in.session_descriptions import SessionDescriptions
    from entrypoints.http.sign_in.sign_in import SignIn
    from entrypoints.http.sign_in.sign_in_cookies import SessionCookie

_LOGGER: Final = logging.getLogger(__name__)
_TAG: Final = "accounts"
_CHALLENGE_BYTES: Final = 32
_SIGN_IN: Final = "sign-in"
_JOIN: Final = "join"
_ADD: Final = "add"
_SIGNED_IN: Final = {200: Answer(description="Who is signed in now.", schema=SignInState)}
_OWN: Final = {200: Answer(description="The account as it is now.", schema=OwnAccount)}
_OPTIONS: Final = {200: Answer(description="What the browser is to be given.", schema=PasskeyOptions)}
_ALWAYS: Final = (CrossSiteRequest, Unavailable, NoAccountsHere)
_SIGN_IN_PROBLEMS: Final = (SignInRefused, TooManyAttempts, *_ALWAYS)
_OWN_PROBLEMS: Final = (NotAuthenticated, AccountGone, *_ALWAYS)
_CONFIRMED: Final = (InvalidInput, SignInAgain, TooManyAttempts, SignInBusy, *_OWN_PROBLEMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountViews:
    """Turns requests of people without an identity provider into use cases.

    All of them are for the console's own pages. Nothing of them enters a log but ids.
    """

    sign_in: SignIn | None
    descriptions: SessionDescriptions
    accounts: Accounts
    passkeys: PasskeyVerifier
    trusted_proxies: Sequence[Network]
    with_passphrase: Callable[[SignInWithPassphrase], Awaitable[Account]]
    with_passkey: Callable[[SignInWithPasskey], Awaitable[Account]]
    find_invitation: Callable[[InvitationText | None], Awaitable[Invitation]]
    accept: Callable[[AcceptInvitation, Caller], Awaitable[UUID]]
    rename: Callable[[UUID, str], Awaitable[None]]
    change_passphrase: Callable[[Confirmation, str], Awaitable[None]]
    add_passkey: Callable[[Confirmation, NewPasskey, bytes], Awaitable[None]]
    remove_passkey: Callable[[Confirmation, UUID], Awaitable[None]]
    erase: Callable[[Confirmation, Caller], Awaitable[None]]

    @endpoint(
        "POST",
        "/auth/passphrase",
        access=Access.PUBLIC,
        tag=_TAG,
        body=PassphraseSignIn,
        answers=_SIGNED_IN,
        problems=(SignInBusy, *_SIGN_IN_PROBLEMS),
        changes_nothing=True,
    )
    async def sign_in_with_passphrase(self, request: web.Request) -> web.Response:
        """Sign in with a passphrase

        An unknown address and a wrong passphrase are answered alike. Ten wrong ones in a quarter of an hour, and there
        has to be a pause.
        """
        sign_in = self._known(request)
        body = await json_body(request, PassphraseSignIn)
        command = SignInWithPassphrase(
            address=body.address, passphrase=body.passphrase, client=client_network(request, self.trusted_proxies)
        )
        return await self._signed_in(sign_in, request, await _logging_refusals(request, self.with_passphrase(command)))

    @endpoint(
        "POST",
        "/auth/passkey/options",
        access=Access.PUBLIC,
        tag=_TAG,
        answers=_OPTIONS,
        problems=_ALWAYS,
        changes_nothing=True,
    )
    async def passkey_options(self, request: web.Request) -> web.Response:
        """Ask for a challenge to sign in with a passkey

        It can be answered by this browser within five minutes, once.
        """
        sign_in = self._with_passkeys(request)
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        return _options(sign_in, _SIGN_IN, challenge, self.passkeys.request_options(challenge), {})

    @endpoint(
        "POST",
        "/auth/passkey",
        access=Access.PUBLIC,
        tag=_TAG,
        body=PasskeySignIn,
        answers=_SIGNED_IN,
        problems=_SIGN_IN_PROBLEMS,
        changes_nothing=True,
    )
    async def sign_in_with_passkey(self, request: web.Request) -> web.Response:
        """Sign in with a passkey"""
        sign_in = self._with_passkeys(request)
        body = await json_body(request, PasskeySignIn)
        kept = _kept(sign_in, request, _SIGN_IN)
        command = SignInWithPasskey(
            answer=body.passkey,
            challenge=bytes.fromhex(kept["challenge"]),
            client=client_network(request, self.trusted_proxies),
        )
        response = await self._signed_in(sign_in, request, await _logging_refusals(request, self.with_passkey(command)))
        sign_in.cookies.drop_challenge(response, _SIGN_IN)
        return response

    @endpoint(
        "POST",
        "/auth/invitation",
        access=Access.PUBLIC,
        tag=_TAG,
        body=InvitationLink,
        answers={200: Answer(description="The invitation.", schema=FoundInvitation)},
        problems=(InvitationNotValid, *_ALWAYS),
        changes_nothing=True,
    )
    async def find_invitation_of_link(self, request: web.Request) -> web.Response:
        """Show an invitation to whoever has its link"""
        self._known(request)
        body = await json_body(request, InvitationLink)
        return json_response(
            FoundInvitation.model_validate(await self.find_invitation(parse_invitation(body.invitation)))
        )

    @endpoint(
        "POST",
        "/auth/invitation/passkey-options",
        access=Access.PUBLIC,
        tag=_TAG,
        body=InvitationLink,
        answers=_OPTIONS,
        problems=(InvitationNotValid, *_ALWAYS),
        changes_nothing=True,
    )
    async def invitation_passkey_options(self, request: web.Request) -> web.Response:
        """Ask how to make a passkey for a new account"""
        sign_in = self._with_passkeys(request)
        body = await json_body(request, InvitationLink)
        found = await self.find_invitation(parse_invitation(body.invitation))
        challenge, person_id = secrets.token_bytes(_CHALLENGE_BYTES), uuid4()
        options = self.passkeys.creation_options(
            challenge, person_id, address=found.address, name=found.name or found.address, known=()
        )
        kept = {"member_id": str(found.member_id), "person_id": str(person_id)}
        return _options(sign_in, _JOIN, challenge, options, kept)

    @endpoint(
        "POST",
        "/auth/invitation/accept",
        access=Access.PUBLIC,
        tag=_TAG,
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
            *_ALWAYS,
        ),
        changes_nothing=True,
    )
    async def accept_invitation(self, request: web.Request) -> web.Response:
        """Accept an invitation

        With a passphrase (of 12 characters at least) or a passkey a new account is made, which is signed in then.
        Without, whoever is signed in to an account becomes a member with it. An invitation is good once.
        """
        sign_in = self._known(request)
        body = await json_body(request, AcceptedInvitation)
        invitation = parse_invitation(body.invitation)
        if invitation is None:
            raise InvitationNotValid
        person_id = new_person_id = passkey = None
        if body.passkey is not None:
            kept = _kept(self._with_passkeys(request), request, _JOIN)
            if kept["member_id"] != str(invitation.member_id):
                raise InvitationNotValid
            challenge = bytes.fromhex(kept["challenge"])
            passkey = self.passkeys.verify_creation(body.passkey, challenge, name="Passkey")
            new_person_id = UUID(kept["person_id"])
        elif body.passphrase is None:
            _, session = await self._own(sign_in, request)
            person_id = session.person_id
        command = AcceptInvitation(
            invitation=invitation,
            person_id=person_id,
            new_person_id=new_person_id,
            name=body.name,
            passphrase=body.passphrase,
            passkey=passkey,
        )
        accepted = await self.accept(command, _caller(request))
        response = await self._signed_in(
            sign_in, request, await self.accounts.get(accepted), organization_id=invitation.organization_id
        )
        sign_in.cookies.drop_challenge(response, _JOIN)
        return response

    @endpoint("GET", "/auth/account", access=Access.PUBLIC, tag=_TAG, answers=_OWN, problems=_OWN_PROBLEMS)
    async def get_account(self, request: web.Request) -> web.Response:
        """Show the own account"""
        sign_in = self._known(request)
        _, session = await self._own(sign_in, request)
        return json_response(await self._account(_person_of(session)))

    @endpoint(
        "PATCH",
        "/auth/account",
        access=Access.PUBLIC,
        tag=_TAG,
        body=AccountPatch,
        answers=_OWN,
        problems=(InvalidInput, *_OWN_PROBLEMS),
        changes_nothing=True,
    )
    async def patch_account(self, request: web.Request) -> web.Response:
        """Change the own name

        A merge patch (RFC 7396). Administrators of one's organizations see it, and it stands in no event.
        """
        sign_in = self._known(request)
        body = await json_body(request, AccountPatch)
        cookie, session = await self._own(sign_in, request)
        person_id = _person_of(session)
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
        tag=_TAG,
        body=NewPassphrase,
        answers=_OWN,
        problems=(SignInRefused, *_CONFIRMED),
        changes_nothing=True,
    )
    async def put_passphrase(self, request: web.Request) -> web.Response:
        """Change the own passphrase

        All other sessions of the account end.
        """
        sign_in = self._known(request)
        body = await json_body(request, NewPassphrase)
        _, session = await self._own(sign_in, request)
        await self.change_passphrase(_confirmation(session, body), body.passphrase)
        await sign_in.sessions.end_others(_signed_in_person(_person_of(session)), session.id)
        return json_response(await self._account(_person_of(session)))

    @endpoint(
        "POST",
        "/auth/account/passkeys/options",
        access=Access.PUBLIC,
        tag=_TAG,
        answers=_OPTIONS,
        problems=_OWN_PROBLEMS,
        changes_nothing=True,
    )
    async def own_passkey_options(self, request: web.Request) -> web.Response:
        """Ask how to make a passkey for the own account"""
        sign_in = self._with_passkeys(request)
        _, session = await self._own(sign_in, request)
        account = await self.accounts.get(_person_of(session))
        known = [each.credential_id for each in await self.accounts.passkeys(account.id)]
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        options = self.passkeys.creation_options(
            challenge, account.id, address=account.address, name=account.name, known=known
        )
        return _options(sign_in, _ADD, challenge, options, {"session_id": str(session.id)})

    @endpoint(
        "POST",
        "/auth/account/passkeys",
        access=Access.PUBLIC,
        tag=_TAG,
        body=NewPasskeyBody,
        answers=_OWN,
        problems=(PasskeyTaken, TooManyPasskeys, SignInRefused, *_CONFIRMED),
        changes_nothing=True,
    )
    async def add_own_passkey(self, request: web.Request) -> web.Response:
        """Add a passkey to the own account"""
        sign_in = self._with_passkeys(request)
        body = await json_body(request, NewPasskeyBody)
        _, session = await self._own(sign_in, request)
        kept = _kept(sign_in, request, _ADD)
        if kept["session_id"] != str(session.id):
            raise SignInRefused(_TOO_LATE)
        challenge = bytes.fromhex(kept["challenge"])
        passkey = self.passkeys.verify_creation(body.passkey, challenge, name=checked_person_name(body.name))
        await self.add_passkey(_confirmation(session, body), passkey, challenge)
        response = json_response(await self._account(_person_of(session)))
        sign_in.cookies.drop_challenge(response, _ADD)
        return response

    @endpoint(
        "DELETE",
        "/auth/account/passkeys/{id}",
        access=Access.PUBLIC,
        tag=_TAG,
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
        sign_in = self._known(request)
        body = await json_body(request, ConfirmedByPassphrase)
        _, session = await self._own(sign_in, request)
        await self.remove_passkey(_confirmation(session, body), path_id(request, "id"))
        return json_response(await self._account(_person_of(session)))

    @endpoint(
        "DELETE",
        "/auth/account",
        access=Access.PUBLIC,
        tag=_TAG,
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
        sign_in = self._known(request)
        body = await json_body(request, ConfirmedByPassphrase)
        _, session = await self._own(sign_in, request)
        await self.erase(_confirmation(session, body), _caller(request))
        response = json_response(Erased(erased=True))
        sign_in.cookies.drop_session(response)
        return response

    def _known(self, request: web.Request) -> SignIn:
        """Return the sign-in, for a page of the console.

        Raises:
            NoAccountsHere: nobody can sign in here.
            CrossSiteRequest: another page asks.
        """
        if self.sign_in is None:
            raise NoAccountsHere
        require_own_page(request, self.sign_in.address.origin)
        return self.sign_in

    def _with_passkeys(self, request: web.Request) -> SignIn:
        """Return the same where browsers can make passkeys for this service."""
        sign_in = self._known(request)
        if not self.passkeys.is_available:
            raise NoAccountsHere("Passkeys need a name: MODELBOOK_PUBLIC_URL names the console by a number.")
        return sign_in

    async def _own(self, sign_in: SignIn, request: web.Request) -> tuple[SessionCookie, SignInSession]:
        """Return the cookie and the session of whoever is signed in to an account.

        Raises:
            NotAuthenticated: nobody is, or with an identity provider.
        """
        found = await sign_in.session(request)
        if found is None or found[1].person_id is None:
            raise NotAuthenticated(
                "You are not signed in to an account of this service.", headers={"WWW-Authenticate": "Bearer"}
            )
        return found

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

    async def _signed_in(
        self, sign_in: SignIn, request: web.Request, account: Account, *, organization_id: UUID | None = None
    ) -> web.Response:
        cookie, session = await sign_in.begin_session(request, _signed_in_person(account.id), name=account.name)
        if organization_id in session.memberships:
            cookie = type(cookie)(session_id=session.id, organization_id=organization_id, name=account.name)
        response = json_response(await self.descriptions.describe(sign_in, (cookie, session)))
        sign_in.keep(response, session, cookie)
        return response


_TOO_LATE: Final = "This was not begun in this browser, or took more than five minutes. Try again."


async def _logging_refusals(request: web.Request, signing_in: Awaitable[Account]) -> Account:
    """Return the account; the log says that somebody was refused, and not who."""
    try:
        return await signing_in
    except (SignInRefused, TooManyAttempts) as error:
        _LOGGER.warning("Nobody was signed in: %s (request %s)", error.code, context_of(request).request_id)
        raise


def _options(
    sign_in: SignIn, purpose: str, challenge: bytes, options: Mapping[str, Any], kept: Mapping[str, str]
) -> web.Response:
    response = json_response(PasskeyOptions(public_key=dict(options)))
    sign_in.cookies.set_challenge(response, purpose, {**kept, "challenge": challenge.hex()})
    return response


def _kept(sign_in: SignIn, request: web.Request, purpose: str) -> Mapping[str, str]:
    kept = sign_in.cookies.challenge(request, purpose)
    if kept is None:
        raise SignInRefused(_TOO_LATE)
    return kept


def _signed_in_person(person_id: UUID) -> SignedInPerson:
    return SignedInPerson(
        issuer=ISSUER, actor=str(person_id), memberships={}, is_platform_admin=False, person_id=person_id
    )


def _person_of(session: SignInSession) -> UUID:
    if session.person_id is None:  # pragma: no cover - looked at before
        raise NotAuthenticated
    return session.person_id


def _confirmation(session: SignInSession, body: ConfirmedByPassphrase) -> Confirmation:
    return Confirmation(
        person_id=_person_of(session),
        signed_in_at=session.begun_at,
        now=datetime.now(UTC),
        passphrase=body.current_passphrase,
    )


def _caller(request: web.Request) -> Caller:
    """Return a caller whose organization and actor the use case fills in."""
    context = context_of(request)
    context.command_id = context.command_id or uuid4()
    return Caller(
        organization_id=UUID(int=0),
        actor="",
        command_id=context.command_id,
        correlation_id=context.request_id,
        outcome=context.outcome,
    )
