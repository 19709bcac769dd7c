"""Sessions of people who have an account here: what the routes of accounts have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from aiohttp import web

from application.caller import Caller
from application.errors import Unavailable
from application.members.accounts import ISSUER, Account, SignInRefused
from application.members.passkeys import PasskeyVerifier
from application.sign_in.sign_in_sessions import SignedInPerson, SignInSession
from entrypoints.http.answers.members import PasskeyOptions
from entrypoints.http.json_responses import json_response
from entrypoints.http.request_context import context_of
from entrypoints.http.request_errors import CrossSiteRequest, NoAccountsHere, NotAuthenticated
from entrypoints.http.sign_in.same_origin import require_own_page
from entrypoints.http.sign_in.session_descriptions import SessionDescriptions
from entrypoints.http.sign_in.sign_in import SignIn
from entrypoints.http.sign_in.sign_in_cookies import SessionCookie

TAG: Final = "accounts"
CHALLENGE_BYTES: Final = 32
ALWAYS: Final = (CrossSiteRequest, Unavailable, NoAccountsHere)
"""Problems of every route of accounts."""
TOO_LATE: Final = "This was not begun in this browser, or took more than five minutes. Try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSessions:
    """Begins sessions of accounts, for the console's own pages."""

    sign_in: SignIn | None
    descriptions: SessionDescriptions
    passkeys: PasskeyVerifier

    def known(self, request: web.Request) -> SignIn:
        """Return the sign-in, for a page of the console.

        Raises:
            NoAccountsHere: nobody can sign in here.
            CrossSiteRequest: another page sends the request.
        """
        if self.sign_in is None:
            raise NoAccountsHere
        require_own_page(request, self.sign_in.address.origin)
        return self.sign_in

    def with_passkeys(self, request: web.Request) -> SignIn:
        """Return the same where browsers can make passkeys for this service."""
        sign_in = self.known(request)
        if not self.passkeys.is_available:
            raise NoAccountsHere("Passkeys need a name: MODELBOOK_PUBLIC_URL names the console by a number.")
        return sign_in

    async def begin(
        self, sign_in: SignIn, request: web.Request, account: Account, *, organization_id: UUID | None = None
    ) -> web.Response:
        """Begin a session of the account, of this organization if it is a member there, and return who is signed in."""
        cookie, session = await sign_in.begin_session(request, signed_in_person(account.id), name=account.name)
        if organization_id in session.memberships:
            cookie = type(cookie)(session_id=session.id, organization_id=organization_id, name=account.name)
        response = json_response(await self.descriptions.describe(sign_in, (cookie, session)))
        sign_in.keep(response, session, cookie)
        return response


async def own_session(sign_in: SignIn, request: web.Request) -> tuple[SessionCookie, SignInSession]:
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


def passkey_options_response(
    sign_in: SignIn, purpose: str, challenge: bytes, options: Mapping[str, Any], kept: Mapping[str, str]
) -> web.Response:
    """Return the options that the browser needs for a passkey; a cookie keeps the challenge and what goes with it."""
    response = json_response(PasskeyOptions(public_key=dict(options)))
    sign_in.cookies.set_challenge(response, purpose, {**kept, "challenge": challenge.hex()})
    return response


def kept_challenge(sign_in: SignIn, request: web.Request, purpose: str) -> Mapping[str, str]:
    """Return the challenge that was kept for this purpose, and what goes with it.

    Raises:
        SignInRefused: there is none any more.
    """
    kept = sign_in.cookies.challenge(request, purpose)
    if kept is None:
        raise SignInRefused(TOO_LATE)
    return kept


def signed_in_person(person_id: UUID) -> SignedInPerson:
    """Return the person of an account as sessions have it."""
    return SignedInPerson(
        issuer=ISSUER, actor=str(person_id), memberships={}, is_platform_admin=False, person_id=person_id
    )


def person_of(session: SignInSession) -> UUID:
    """Return whose session it is.

    Raises:
        NotAuthenticated: it is of an identity provider.
    """
    if session.person_id is None:
        raise NotAuthenticated
    return session.person_id


def caller_without_organization(request: web.Request) -> Caller:
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
