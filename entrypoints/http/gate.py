"""The inner middleware: lets through who may, sets on whose behalf the handler works, repeats what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from pydantic_core import PydanticCustomError

from application.caller import acting_as
from entrypoints.http.authentication import API_KEY_HEADERS, one_credential
from entrypoints.http.authorization import ORGANIZATION_FILTER, Access, require
from entrypoints.http.doors.shapes import shape_at
from entrypoints.http.exchange import EXCHANGE, PLATFORM, caller_for
from entrypoints.http.fields import parse_uuid
from entrypoints.http.idempotency import idempotency_key
from entrypoints.http.problems import PROBLEM_DETAILS
from entrypoints.http.reasons import ChangeReason, header_reason
from entrypoints.http.refusals import FieldError, InvalidRequest, NotAllowed, NotAuthenticated
from entrypoints.http.requests import json_body

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from entrypoints.http.authentication import TokenVerifier
    from entrypoints.http.exchange import Exchange
    from entrypoints.http.idempotency import Idempotency
    from entrypoints.http.principal import Principal
    from entrypoints.http.rate_limits import RateLimiter
    from entrypoints.http.routes import Handler, Route


class Gate:
    """Closed by default: a handler is reached through its route's record only."""

    def __init__(
        self,
        verifier: TokenVerifier,
        idempotency: Idempotency,
        limiter: RateLimiter,
        *,
        logger: FilteringBoundLogger,
    ) -> None:
        self._verifier = verifier
        self._idempotency = idempotency
        self._limiter = limiter
        self._logger = logger

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer the request if it may be answered."""
        exchange = request[EXCHANGE]
        route = exchange.route
        if route is None:
            return self._without_route(request)
        if route.access is Access.PUBLIC:
            return await handler(request)
        principal = await self._verifier.principal(_authorization(request))
        exchange.principal = principal
        require(principal, route.access)
        if request.query_string:
            _check_query(request, route, principal)
        exchange.reason = header_reason(request)
        if route.body is ChangeReason:
            await json_body(request, ChangeReason)
        return await self._let_through(request, handler, exchange, route)

    async def _let_through(
        self, request: web.Request, handler: Handler, exchange: Exchange, route: Route
    ) -> web.StreamResponse:
        key = idempotency_key(request) if route.method == "POST" else None
        if key is not None:
            # An earlier request with the key may have made the change; the claim tells.
            exchange.has_key = exchange.outcome.may_have_changed = True
        organization_id = exchange.principal.organization_id if exchange.principal else None
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
            self._logger.error("a route without a record was asked for", request_id=request[EXCHANGE].request_id)
            raise NotAllowed("Nobody may use this route.")
        if isinstance(refusal, web.HTTPMethodNotAllowed) and request.method == "OPTIONS":
            return web.Response(status=204, headers={"Allow": ", ".join(sorted({*refusal.allowed_methods, "OPTIONS"}))})
        raise refusal


def _authorization(request: web.Request) -> str | None:
    """Return the value of the header; of two, another reader might take the other.

    The doors take the token in the headers of their clients' API keys too.
    """
    values = request.headers.getall("Authorization", ())
    if len(values) > 1:
        raise NotAuthenticated("There is more than one Authorization header.", headers={"WWW-Authenticate": "Bearer"})
    if shape_at(request.path) is PROBLEM_DETAILS:
        return values[0] if values else None
    keys = [f"Bearer {key}" for name in API_KEY_HEADERS for key in request.headers.getall(name, ())]
    return one_credential([*values, *keys])


def _check_query(request: web.Request, route: Route, principal: Principal) -> None:
    """Refuse another organization's id, and parameters of a route that has none."""
    if route.access.is_for_organizations:
        for stated in request.query.getall(ORGANIZATION_FILTER, ()):
            if _organization(stated) != principal.organization_id:
                raise NotAllowed("The organizationId is not that of your token, the only organization it is good for.")
    known = {ORGANIZATION_FILTER} if route.access.is_for_organizations else set()
    if route.query is None and not known.issuperset(request.query):
        errors = [FieldError(f"?{name}", "is not known here") for name in sorted(set(request.query) - known)]
        raise InvalidRequest("The query is not allowed.", errors=errors[:100])


def _organization(stated: str) -> object:
    try:
        return parse_uuid(stated)
    except PydanticCustomError as error:
        raise InvalidRequest(
            "The query is not allowed.", errors=[FieldError(f"?{ORGANIZATION_FILTER}", error.message())]
        ) from None
