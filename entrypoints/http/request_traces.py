"""The outermost middleware, where requests are traced: a span for each, by OpenTelemetry's conventions for HTTP.

Queries, headers and bodies are not recorded, nor is the client's address, which the log alone has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import web

from domain.key_patterns import has_key_form
from entrypoints.http.error_middleware import CLIENT_GONE
from entrypoints.http.errors import INTERNAL_ERROR
from entrypoints.http.metrics import KNOWN_METHODS
from entrypoints.http.request_context import REQUEST_CONTEXT
from entrypoints.http.request_middleware import NOT_WORTH_A_LINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.ports.tracing import Attribute, Span, Tracer
    from entrypoints.http.routes import Handler, Route

_OTHER: Final = "_OTHER"


class RequestTraces:
    """Surrounds every handler of the application, also where no route matches."""

    def __init__(self, routes: Mapping[web.AbstractRoute, Route], tracer: Tracer) -> None:
        self._routes = routes
        self._tracer = tracer

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer the request within a span; health checks and metrics have none."""
        route = self._routes.get(request.match_info.route)
        if route is not None and route.path in NOT_WORTH_A_LINE:
            return await handler(request)
        span = self._begun(request, route)
        status = CLIENT_GONE
        try:
            with span.current():
                response = await handler(request)
            status = response.status
            return response
        finally:
            _end(span, request, status)

    def _begun(self, request: web.Request, route: Route | None) -> Span:
        method = request.method if request.method in KNOWN_METHODS else _OTHER
        attributes: dict[str, Attribute] = {
            "http.request.method": method,
            "url.scheme": request.scheme,
            "network.protocol.version": f"{request.version.major}.{request.version.minor}",
        }
        name = "HTTP" if method == _OTHER else method
        if route is None:
            return self._tracer.serve(name, request.headers, attributes)
        attributes["http.route"] = route.path
        # What is no route of ours may be anything, and a client may confuse what goes where.
        attributes["url.path"] = route.path if has_key_form(request.path) else request.path
        return self._tracer.serve(f"{name} {route.path}", request.headers, attributes)


def _end(span: Span, request: web.Request, status: int) -> None:
    context = request.get(REQUEST_CONTEXT)
    attributes: dict[str, Attribute] = {}
    error_type = None
    if context is not None:
        attributes["modelbook.request.id"] = context.request_id
        if context.principal is not None:
            attributes["modelbook.organization.id"] = str(context.principal.organization_id)
        if context.is_client_gone:
            status = CLIENT_GONE
        if status >= INTERNAL_ERROR.status:
            error_type = str(status) if context.failure is None else context.failure.category
    if status != CLIENT_GONE:
        attributes["http.response.status_code"] = status
    span.describe(attributes)
    span.end(error_type)
