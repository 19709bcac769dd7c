"""Routes of signing in with a passphrase or a passkey."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from application.members.accounts import Account, SignInBusy, SignInRefused, TooManyAttempts
from application.members.passkeys import PasskeyVerifier
from application.members.sign_in import SignInWithPasskey, SignInWithPassphrase
from entrypoints.http.answers.members import PasskeyOptions
from entrypoints.http.answers.sign_in import SignInState
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.members import PasskeySignIn, PassphraseSignIn
from entrypoints.http.client_addresses import Network, client_network
from entrypoints.http.parse_request import json_body
from entrypoints.http.request_context import context_of
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.sign_in.account_sessions import (
    ALWAYS,
    CHALLENGE_BYTES,
    TAG,
    AccountSessions,
    kept_challenge,
    passkey_options_response,
)

_LOGGER: Final = logging.getLogger(__name__)
_PURPOSE: Final = "sign-in"
_SIGNED_IN: Final = {200: Answer(description="Who is signed in now.", schema=SignInState)}
_OPTIONS: Final = {200: Answer(description="What the browser is to be given.", schema=PasskeyOptions)}
_PROBLEMS: Final = (SignInRefused, TooManyAttempts, *ALWAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSignInViews:
    """Turns requests of people without an identity provider into use cases.

    All of them are for the console's own pages. Nothing of them enters a log but ids.
    """

    sessions: AccountSessions
    passkeys: PasskeyVerifier
    trusted_proxies: Sequence[Network]
    with_passphrase: Callable[[SignInWithPassphrase], Awaitable[Account]]
    with_passkey: Callable[[SignInWithPasskey], Awaitable[Account]]

    @endpoint(
        "POST",
        "/auth/passphrase",
        access=Access.PUBLIC,
        tag=TAG,
        body=PassphraseSignIn,
        answers=_SIGNED_IN,
        problems=(SignInBusy, *_PROBLEMS),
        changes_nothing=True,
    )
    async def sign_in_with_passphrase(self, request: web.Request) -> web.Response:
        """Sign in with a passphrase

        An unknown address and a wrong passphrase are answered alike. Ten wrong ones in a quarter of an hour, and there
        has to be a pause.
        """
        sign_in = self.sessions.known(request)
        body = await json_body(request, PassphraseSignIn)
        command = SignInWithPassphrase(
            address=body.address, passphrase=body.passphrase, client=client_network(request, self.trusted_proxies)
        )
        return await self.sessions.begin(
            sign_in, request, await _logging_refusals(request, self.with_passphrase(command))
        )

    @endpoint(
        "POST",
        "/auth/passkey/options",
        access=Access.PUBLIC,
        tag=TAG,
        answers=_OPTIONS,
        problems=ALWAYS,
        changes_nothing=True,
    )
    async def passkey_options(self, request: web.Request) -> web.Response:
        """Create a challenge to sign in with a passkey

        It can be answered by this browser within five minutes, once.
        """
        sign_in = self.sessions.with_passkeys(request)
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        return passkey_options_response(sign_in, _PURPOSE, challenge, self.passkeys.request_options(challenge), {})

    @endpoint(
        "POST",
        "/auth/passkey",
        access=Access.PUBLIC,
        tag=TAG,
        body=PasskeySignIn,
        answers=_SIGNED_IN,
        problems=_PROBLEMS,
        changes_nothing=True,
    )
    async def sign_in_with_passkey(self, request: web.Request) -> web.Response:
        """Sign in with a passkey"""
        sign_in = self.sessions.with_passkeys(request)
        body = await json_body(request, PasskeySignIn)
        kept = kept_challenge(sign_in, request, _PURPOSE)
        command = SignInWithPasskey(
            answer=body.passkey,
            challenge=bytes.fromhex(kept["challenge"]),
            client=client_network(request, self.trusted_proxies),
        )
        response = await self.sessions.begin(
            sign_in, request, await _logging_refusals(request, self.with_passkey(command))
        )
        sign_in.cookies.drop_challenge(response, _PURPOSE)
        return response


async def _logging_refusals(request: web.Request, signing_in: Awaitable[Account]) -> Account:
    """Return the account; the log records that somebody was refused, and not who."""
    try:
        return await signing_in
    except (SignInRefused, TooManyAttempts) as error:
        _LOGGER.warning("Nobody was signed in: %s (request %s)", error.code, context_of(request).request_id)
        raise
