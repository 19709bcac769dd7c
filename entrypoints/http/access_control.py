"""The inner middleware: authenticates, authorizes, sets the caller, applies rate limits and Idempotency-Keys."""

from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web
from pydantic_core import PydanticCustomError
from structlog.typing import FilteringBoundLogger

from application.access_keys.key_text import PREFIX
from application.caller import acting_as
from application.loop_time import loop_time
from entrypoints.http.authentication import API_KEY_HEADERS, Verifier, one_credential
from entrypoints.http.authorization import ORGANIZATION_FILTER, Access, Principal, require
from entrypoints.http.change_reasons import header_reason
from entrypoints.http.compatible_apis.error_shapes import shape_at
from entrypoints.http.field_types import ChangeReason, parse_uuid
from entrypoints.http.idempotency import Idempotency, idempotency_key
from entrypoints.http.known_callers import KnownCallers
from entrypoints.http.parse_request import json_body
from entrypoints.http.problems import PROBLEM_DETAILS
from entrypoints.http.rate_limits import RateLimiter
from entrypoints.http.request_context import PLATFORM, REQUEST_CONTEXT, RequestContext, caller_for
from entrypoints.http.request_errors import FieldError, InvalidRequest, NotAllowed, NotAuthenticated
from entrypoints.http.routes import Handler, Route
from entrypoints.http.sign_in.sign_in import SignIn


class AccessControl:
    """Denies by default: a handler runs only if its route has a record that admits the caller."""

    def __init__(
        self,
        verifier: Verifier,
        idempotency: Idempotency,
        limiter: RateLimiter,
        *,
        sign_in: SignIn | None,
        known_callers: KnownCallers,
        logger: FilteringBoundLogger,
    ) -> None:
        self._sign_in = sign_in
        self._known_callers = known_callers
        self._verifier = verifier
        self._idempotency = idempotency
        self._limiter = limiter
        self._logger = logger

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Return the handler's answer.

        Raises:
            NotAuthenticated: the token is missing or not valid.
            RateLimited: the organization sends too many requests, or has too many under way.
            CrossSiteRequest: the session's cookie came with a request that the console did not make.
            NotAllowed: the token's role or organization may not use the route.
            InvalidRequest: the query has parameters that the route does not have.
        """
        context = request[REQUEST_CONTEXT]
        route = context.route
        if route is None:
            return self._without_route(request)
        if route.access is Access.PUBLIC:
            return await handler(request)
        context.verify = self._verify(request)
        context.principal = principal = await context.verify()
        organization_id = principal.organization_id if route.access.is_for_organizations else None
        if organization_id is None:
            return await self._checked(request, handler, context, route, principal)
        self._known_callers.remember(request, organization_id)
        await loop_time().charge(organization_id)
        await self._limiter.let_in(request, organization_id)
        with self._limiter.under_way(route, organization_id):
            return await self._checked(request, handler, context, route, principal)

    async def _checked(
        self,
        request: web.Request,
        handler: Handler,
        context: RequestContext,
        route: Route,
        principal: Principal,
    ) -> web.StreamResponse:
        require(principal, route.access, open_to_run_keys=route.open_to_run_keys)
        if request.query_string:
            _check_query(request, route, principal)
        context.reason = header_reason(request)
        if route.body is ChangeReason:
            await json_body(request, ChangeReason)
        return await self._let_through(request, handler, context, route)

    def _verify(self, request: web.Request) -> Callable[[], Awaitable[Principal]]:
        """Return the verifier of the caller: by a token or an access key if the request has one, else by its session.

        The compatible APIs are for programs, and take no session.
        """
        authorization = _authorization(request)
        sign_in = self._sign_in if authorization is None and shape_at(request.path) is PROBLEM_DETAILS else None
        if sign_in is not None and sign_in.has_session(request):
            return partial(sign_in.principal, request)
        return partial(self._verifier.principal, authorization)

    async def _let_through(
        self, request: web.Request, handler: Handler, context: RequestContext, route: Route
    ) -> web.StreamResponse:
        key = idempotency_key(request) if route.method == "POST" else None
        if not route.keeps_answers:
            key = None
        if key is not None:
            # An earlier request with the key may have made the change; the claim shows it.
            context.has_key = context.outcome.may_have_changed = True
        organization_id = context.principal.organization_id if context.principal else None
        if not route.access.is_for_organizations or organization_id is None:
            if key is None:
                return await handler(request)
            # The platform's own routes belong to no organization, and their handlers run on nobody's behalf.
            return await self._idempotency.answer(request, handler, key, PLATFORM)
        if route.rate_limit is not None:
            # Around the handler alone: a repetition that is answered from memory costs nobody anything.
            handler = self._limiter.limited(handler, route, organization_id)
        if key is None:
            with acting_as(caller_for(request, organization_id)):
                return await handler(request)
        return await self._idempotency.answer(request, handler, key, organization_id)

    def _without_route(self, request: web.Request) -> web.StreamResponse:
        refusal = request.match_info.http_exception
        if refusal is None:
            self._logger.error("request for a route without a record", request_id=request[REQUEST_CONTEXT].request_id)
            raise NotAllowed("This route is not available.")
        if isinstance(refusal, web.HTTPMethodNotAllowed) and request.method == "OPTIONS":
            return web.Response(status=204, headers={"Allow": ", ".join(sorted({*refusal.allowed_methods, "OPTIONS"}))})
        raise refusal


def _authorization(request: web.Request) -> str | None:
    """Return the value of the header; of two, another reader might take the other.

    Compatible APIs take the token in the headers of their clients' API keys too; every route takes an access key there.
    """
    headers = request.headers
    values = headers.getall("Authorization", ())
    if len(values) > 1:
        raise NotAuthenticated(
            "The request has more than one Authorization header. Send exactly one.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if not any(map(headers.__contains__, API_KEY_HEADERS)):
        return values[0] if values else None
    keys = [key for name in API_KEY_HEADERS for key in headers.getall(name, ())]
    if keys and shape_at(request.path) is PROBLEM_DETAILS:
        keys = [key for key in keys if key.startswith(PREFIX)]
    return one_credential([*values, *(f"Bearer {key}" for key in keys)])


def _check_query(request: web.Request, route: Route, principal: Principal) -> None:
    """Refuse another organization's id, and parameters of a route that has none."""
    if route.access.is_for_organizations:
        for stated in request.query.getall(ORGANIZATION_FILTER, ()):
            if _organization(stated) != principal.organization_id:
                raise NotAllowed(
                    "The organizationId is not that of your token, which is valid for one organization only."
                )
    known = {ORGANIZATION_FILTER} if route.access.is_for_organizations else set()
    if route.query is None and not known.issuperset(request.query):
        errors = [FieldError(f"?{name}", "is not known here") for name in sorted(set(request.query) - known)]
        raise InvalidRequest("The query is not valid.", errors=errors[:100])


def _organization(stated: str) -> object:
    try:
        return parse_uuid(stated)
    except PydanticCustomError as error:
        raise InvalidRequest(
            "The query is not valid.", errors=[FieldError(f"?{ORGANIZATION_FILTER}", error.message())]
        ) from None
