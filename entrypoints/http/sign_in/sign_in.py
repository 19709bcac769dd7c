"""What the sign-in consists of, put together: used by its routes and by authentication."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from aiohttp import web

from application.sign_in.sealed_texts import SealedTexts
from application.sign_in.sign_in_sessions import SignedInPerson, SignInSession, SignInSessions
from entrypoints.http.authorization import Principal, Role
from entrypoints.http.request_context import context_of
from entrypoints.http.request_errors import NotAuthenticated
from entrypoints.http.sign_in.issuer_http import IssuerHttp, Route
from entrypoints.http.sign_in.same_origin import require_own_page
from entrypoints.http.sign_in.sign_in_cookies import BegunSignIn, SessionCookie, SignInCookies, new_sign_in
from entrypoints.http.sign_in.sign_in_settings import ConsoleAddress, SignInSettings

if TYPE_CHECKING:
    from entrypoints.http.sign_in.identity_provider import IdentityProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Signing in to the console: with an account of this service, or with the operator's identity provider, if any."""

    address: ConsoleAddress
    settings: SignInSettings | None
    provider: "IdentityProvider | None"
    cookies: SignInCookies
    sessions: SignInSessions

    def begin(self, next_path: str) -> BegunSignIn:
        """Return a new sign-in that leads to this path."""
        return BegunSignIn(pending=new_sign_in(), next_path=next_path)

    async def begin_session(
        self, request: web.Request, person: SignedInPerson, *, name: str | None
    ) -> tuple[SessionCookie, SignInSession]:
        """Begin a session in the place of the one that the request has; it opens the organization that was chosen last.

        Raises:
            Unavailable: the database cannot be reached.
        """
        session = await self.sessions.begin(person)
        before = self.cookies.session(request)
        if before is not None:
            await self.sessions.end(before.session_id)
        chosen = None if before is None else before.organization_id
        if chosen not in session.memberships:
            chosen = next(iter(session.memberships), None)
        context_of(request).principal = principal_in(session, chosen)
        return SessionCookie(session_id=session.id, organization_id=chosen, name=name), session

    def keep(self, response: web.StreamResponse, session: SignInSession, cookie: SessionCookie) -> None:
        """Make the browser keep the cookie as long as the session can last."""
        seconds = (session.ends_at - datetime.now(UTC)).total_seconds()
        self.cookies.set_session(response, cookie, seconds=max(seconds, 0))

    def has_session(self, request: web.Request) -> bool:
        """Return whether the request has a cookie that was made here; its session may have ended."""
        return self.cookies.session(request) is not None

    async def principal(self, request: web.Request) -> Principal:
        """Return who the request's session belongs to, in the organization that was chosen last.

        Raises:
            CrossSiteRequest: the request was not made by the console's own page.
            NotAuthenticated: the session has ended.
            Unavailable: the database cannot be reached.
        """
        require_own_page(request, self.address.origin)
        found = await self.session(request)
        if found is None:
            raise NotAuthenticated(
                "Your session has ended: sign in again.", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
            )
        cookie, session = found
        return principal_in(session, cookie.organization_id)

    async def session(self, request: web.Request) -> tuple[SessionCookie, SignInSession] | None:
        """Return the request's cookie and its session; none where there is none, or it has ended.

        Raises:
            Unavailable: the database cannot be reached.
        """
        cookie = self.cookies.session(request)
        session = None if cookie is None else await self.sessions.use(cookie.session_id)
        return None if cookie is None or session is None else (cookie, session)


def principal_in(session: SignInSession, organization_id: UUID | None) -> Principal:
    """Return who the session belongs to, in this one of its organizations, else in none."""
    role = None if organization_id is None else session.memberships.get(organization_id)
    return Principal(
        actor=session.actor_in(None if role is None else organization_id),
        organization_id=None if role is None else organization_id,
        role=None if role is None else Role[role.upper()],
        is_platform_admin=session.is_platform_admin,
    )


def sign_in(
    address: ConsoleAddress | None,
    settings: SignInSettings | None,
    sessions: SignInSessions,
    texts: SealedTexts,
    route: Route,
) -> SignIn | None:
    """Return the sign-in; none where it is not known how browsers reach the console.

    The identity provider, where the operator has named one, is reached by the `route`.
    """
    if address is None:
        return None
    cookies = SignInCookies(address.origin, texts)
    if settings is None:
        return SignIn(address=address, settings=None, provider=None, cookies=cookies, sessions=sessions)
    # Its library takes long to load, and many services are set up without it.
    from entrypoints.http.sign_in.identity_provider import IdentityProvider  # noqa: PLC0415

    return SignIn(
        address=address,
        settings=settings,
        provider=IdentityProvider(settings, IssuerHttp(route=route)),
        cookies=cookies,
        sessions=sessions,
    )
