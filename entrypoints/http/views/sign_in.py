"""The routes of the console's sessions, and of its sign-in with OpenID Connect."""

import logging
import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp import web
from yarl import URL

from application.errors import Unavailable
from entrypoints.http.answers.sign_in import SignedOut, SignInState
from entrypoints.http.authorization import Access
from entrypoints.http.bodies.sign_in import CallbackQuery, ChosenOrganization, SignInQuery
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import json_body, query_of, validated
from entrypoints.http.request_context import context_of
from entrypoints.http.request_errors import CrossSiteRequest, InvalidRequest, NotAllowed, NotAuthenticated, Refused
from entrypoints.http.routes import Answer, endpoint
from entrypoints.http.sign_in.membership_claims import name_of, person_of
from entrypoints.http.sign_in.pages import problem_page
from entrypoints.http.sign_in.same_origin import require_own_page
from entrypoints.http.sign_in.session_descriptions import SessionDescriptions
from entrypoints.http.sign_in.sign_in import SignIn
from entrypoints.http.sign_in.sign_in_problems import (
    SignInProblem,
    begun_elsewhere,
    not_verified,
    provider_unavailable,
)
from entrypoints.http.sign_in.sign_in_settings import SignInSettings

if TYPE_CHECKING:
    from entrypoints.http.sign_in.identity_provider import IdentityProvider


_LOGGER: Final = logging.getLogger(__name__)
_TAG: Final = "sign-in"
_ERROR_CODE: Final = re.compile(r"[a-z_]{1,50}")
_DECLINED: Final = "You are not signed in: at the identity provider the sign-in was declined. Sign in again."
_NOT_SET_UP: Final = (
    "Nobody can sign in here yet, because no identity provider is set up: the operator sets MODELBOOK_OIDC_ISSUER. "
    "A token works in the console all the same."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInViews:
    """Sends browsers to the identity provider, handles what it sends back, and describes who is signed in."""

    sign_in: SignIn | None
    descriptions: SessionDescriptions

    @endpoint("GET", "/auth/login", access=Access.PUBLIC, tag=_TAG, query=SignInQuery, documented=False)
    async def login(self, request: web.Request) -> web.StreamResponse:
        """Send the browser to the identity provider."""
        if self.sign_in is None or self.sign_in.provider is None:
            return problem_page(_NOT_SET_UP, status=404, request_id=context_of(request).request_id)
        try:
            query = query_of(request, SignInQuery)
        except InvalidRequest as error:
            return problem_page(error.detail, status=error.status, request_id=context_of(request).request_id)
        try:
            return await self._sent_to_provider(self.sign_in, self.sign_in.provider, request, query)
        except SignInProblem as problem:
            return _refusal_page(request, problem)

    async def _sent_to_provider(
        self, sign_in: SignIn, provider: "IdentityProvider", request: web.Request, query: SignInQuery
    ) -> web.Response:
        begun = sign_in.begin(query.next)
        url = await provider.authorization_url(begun.pending, prompt=query.prompt)
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": url})
        sign_in.cookies.set_begun(request, response, begun)
        return response

    @endpoint("GET", "/auth/callback", access=Access.PUBLIC, tag=_TAG, query=CallbackQuery, documented=False)
    async def callback(self, request: web.Request) -> web.StreamResponse:
        """Take what the identity provider has sent back, and begin a session."""
        if self.sign_in is None or self.sign_in.provider is None or self.sign_in.settings is None:
            return problem_page(_NOT_SET_UP, status=404, request_id=context_of(request).request_id)
        state = request.query.get("state", "")
        try:
            response = await self._signed_in(self.sign_in, self.sign_in.provider, self.sign_in.settings, request)
        except SignInProblem as problem:
            response = _refusal_page(request, problem)
        except Unavailable as error:
            response = _refusal_page(request, SignInProblem(error.message, status=503, reason=error.message))
        self.sign_in.cookies.drop_begun(response, state)
        return response

    async def _signed_in(
        self, sign_in: SignIn, provider: "IdentityProvider", settings: SignInSettings, request: web.Request
    ) -> web.Response:
        query = _callback_query(request)
        begun = sign_in.cookies.begun(request, query.state)
        if begun is None:
            raise begun_elsewhere("the state is not that of a sign-in of this browser")
        claims = await provider.claims(_code(query), begun.pending, issuer=query.iss)
        try:
            person = person_of(claims, settings)
        except NotAuthenticated as error:
            raise not_verified(error.detail) from error
        cookie, session = await sign_in.begin_session(request, person, name=name_of(claims))
        response = web.Response(
            status=HTTPStatus.SEE_OTHER, headers={"Location": sign_in.address.location(begun.next_path)}
        )
        sign_in.keep(response, session, cookie)
        return response

    @endpoint(
        "GET",
        "/auth/session",
        access=Access.PUBLIC,
        tag=_TAG,
        answers={200: Answer(description="How to sign in, and who is signed in.", schema=SignInState)},
        problems=(Unavailable, CrossSiteRequest),
    )
    async def get_session(self, request: web.Request) -> web.Response:
        """Return how to sign in to the console, and who is signed in

        `signInUrl` is for browsers to go to. Its route and the one that identity providers send back to are not
        part of this API. A session is a cookie that only the console's own pages can use, and only under `/api` and
        `/auth`; programs use a token or an access key.
        """
        if self.sign_in is None:
            return json_response(SignInState(sign_in_url=None, has_accounts=False, has_passkeys=False, session=None))
        if self.sign_in.has_session(request):
            require_own_page(request, self.sign_in.address.origin)
        found = await self.sign_in.session(request)
        return json_response(await self.descriptions.describe(self.sign_in, found))

    @endpoint(
        "POST",
        "/auth/session",
        access=Access.PUBLIC,
        tag=_TAG,
        body=ChosenOrganization,
        answers={200: Answer(description="The session as it is now.", schema=SignInState)},
        problems=(NotAuthenticated, NotAllowed, CrossSiteRequest, Unavailable),
    )
    async def change_organization(self, request: web.Request) -> web.Response:
        """Change to another organization of the session

        In all tabs of the browser. A request that means the former one says so with `organizationId`, and is refused.
        """
        body = await json_body(request, ChosenOrganization)
        sign_in = self.sign_in
        if sign_in is None:
            raise web.HTTPNotFound
        if not sign_in.has_session(request):
            raise NotAuthenticated("You are not signed in.", headers={"WWW-Authenticate": "Bearer"})
        context_of(request).principal = await sign_in.principal(request)
        found = await sign_in.session(request)
        if found is None:
            raise NotAuthenticated("Your session has ended: sign in again.", headers={"WWW-Authenticate": "Bearer"})
        cookie, session = found
        if body.organization_id not in session.memberships:
            raise NotAllowed("You are not a member of this organization, or were not when you signed in.")
        cookie = replace(cookie, organization_id=body.organization_id)
        response = json_response(await self.descriptions.describe(sign_in, (cookie, session)))
        sign_in.keep(response, session, cookie)
        return response

    @endpoint(
        "POST",
        "/auth/logout",
        access=Access.PUBLIC,
        tag=_TAG,
        answers={200: Answer(description="Nobody is signed in now.", schema=SignedOut)},
        problems=(CrossSiteRequest, Unavailable),
    )
    async def logout(self, request: web.Request) -> web.Response:
        """Sign out of the console

        The session ends at the server, for all tabs; the identity provider may still know the browser.
        """
        sign_in = self.sign_in
        if sign_in is None:
            return json_response(SignedOut(provider_sign_out_url=None))
        cookie, end_session = sign_in.cookies.session(request), None
        if cookie is not None:
            require_own_page(request, sign_in.address.origin)
            session = await sign_in.sessions.use(cookie.session_id)
            await sign_in.sessions.end(cookie.session_id)
            if sign_in.provider is not None and (session is None or session.person_id is None):
                end_session = await sign_in.provider.end_session_endpoint()
        client_id = None if sign_in.settings is None else sign_in.settings.client_id
        url = end_session and str(URL(end_session).update_query(client_id=client_id or ""))
        response = json_response(SignedOut(provider_sign_out_url=url))
        sign_in.cookies.drop_session(response)
        return response


def _callback_query(request: web.Request) -> CallbackQuery:
    """Return what the identity provider has sent; a parameter that comes twice is refused (RFC 6749, section 3.1)."""
    known = {name: request.query.getall(name) for name in CallbackQuery.model_fields if name in request.query}
    try:
        if any(len(values) > 1 for values in known.values()):
            raise InvalidRequest("A parameter is given more than once.")
        return validated(CallbackQuery, {name: values[0] for name, values in known.items()}, prefix="?")
    except Refused as error:
        raise begun_elsewhere(f"the authorization response: {error.detail}") from error


def _code(query: CallbackQuery) -> str:
    error = query.error
    if error is not None:
        reason = error if _ERROR_CODE.fullmatch(error) else "an error of another form"
        if error == "access_denied":
            raise SignInProblem(_DECLINED, status=403, reason=reason)
        raise provider_unavailable(f"the authorization endpoint answered {reason}")
    if query.code is None:
        raise begun_elsewhere("the authorization response has neither code nor error")
    return query.code


def _refusal_page(request: web.Request, problem: SignInProblem) -> web.Response:
    request_id = context_of(request).request_id
    _LOGGER.warning("Nobody was signed in: %s (request %s)", problem.reason, request_id)
    return problem_page(problem.text, status=problem.status, request_id=request_id)
