"""The middlewares around every handler: traces, ids, log lines, metrics, and an answer whatever happens.

Outermost are `RefusalPace` (refusal_pace.py), `RequestTraces`, then `RequestMiddleware`; within them
`access_control.py` checks who may use the route and replays answers for an Idempotency-Key. `headers.py` adds headers
just before an answer is sent, streams included.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from os import urandom
from time import perf_counter
from typing import Final

from aiohttp import web
from structlog.typing import FilteringBoundLogger

from application.ports.provider_gateway import CallOutcome
from application.ports.tracing import Attribute, Span, Tracer
from application.request_cleanup import one_request
from domain.key_patterns import has_key_form
from entrypoints.http.change_outcomes import with_outcome
from entrypoints.http.client_addresses import Network, client_address
from entrypoints.http.compatible_apis.error_shapes import shape_at
from entrypoints.http.errors import INTERNAL_ERROR, problem_for
from entrypoints.http.long_answers import in_pieces
from entrypoints.http.metrics import KNOWN_METHODS, HttpMetrics
from entrypoints.http.request_bodies import ClientGone
from entrypoints.http.request_context import REQUEST_CONTEXT, RequestContext, context_of, note_failure
from entrypoints.http.routes import Handler, Route

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

CLIENT_GONE = 499
"""Logged where the client disconnected before there was an answer; never sent."""

_OTHER: Final = "_OTHER"

NOT_WORTH_A_LINE = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines; logged at debug level only."""


class RequestMiddleware:
    """Surrounds every handler of the application, also where no route matches."""

    def __init__(
        self,
        routes: Mapping[web.AbstractRoute, Route],
        *,
        logger: FilteringBoundLogger,
        metrics: HttpMetrics,
        trusted_proxies: Sequence[Network] = (),
    ) -> None:
        self._routes = routes
        # Bound once, where a lazy logger would be with each line.
        self._logger = logger.bind()
        self._least_level = self._logger.get_effective_level()
        self._metrics = metrics
        self._trusted_proxies = trusted_proxies

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer the request."""
        context = RequestContext(
            request_id=_request_id(request),
            route=self._routes.get(request.match_info.route),
            started=perf_counter(),
        )
        request[REQUEST_CONTEXT] = context
        status = CLIENT_GONE
        try:
            with one_request():
                response = await answer_or_problem(request, handler, self._logger)
            status = response.status
            in_pieces(response)
            return response
        finally:
            self._note(request, context, CLIENT_GONE if context.is_client_gone else status)

    def _note(self, request: web.Request, context: RequestContext, status: int) -> None:
        seconds = perf_counter() - context.started
        path = context.route.path if context.route is not None else "unknown"
        self._metrics.count(request.method, path, status, seconds)
        is_quiet = path in NOT_WORTH_A_LINE or context.is_client_gone or status == CLIENT_GONE
        level = logging.DEBUG if is_quiet else logging.INFO
        if level < self._least_level:
            return
        principal = context.principal
        self._logger.log(
            level,
            "request",
            request_id=context.request_id,
            organization=None if principal is None else str(principal.organization_id),
            actor=None if principal is None else principal.actor,
            client=client_address(request, self._trusted_proxies),
            method=request.method,
            route=path,
            status=status,
            duration_ms=round(seconds * 1000, 2),
            **({} if context.failure is None else _facts_of(context.failure)),
        )


def _facts_of(failure: CallOutcome) -> dict[str, object]:
    """Return what a provider's failure is known by, to us and to the provider's support."""
    facts = {
        "upstream_category": failure.category,
        "upstream_status": failure.http_status,
        "upstream_request_id": failure.upstream_request_id,
        "upstream_message": failure.upstream_message,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _request_id(request: web.Request) -> str:
    sent = request.headers.get("X-Request-Id")
    is_fit = sent is not None and _REQUEST_ID.fullmatch(sent) is not None and not has_key_form(sent)
    return sent if sent is not None and is_fit else urandom(16).hex()


async def answer_or_problem(request: web.Request, handler: Handler, logger: FilteringBoundLogger) -> web.StreamResponse:
    """Return the handler's answer, or a problem document for the exception that it raised.

    An unexpected exception is logged here, once, with its traceback; the answer does not repeat its text.
    """
    try:
        return await handler(request)
    except ClientGone:
        # Nobody gets it; the request's line in the log has the status.
        context_of(request).is_client_gone = True
        return web.Response(status=CLIENT_GONE)
    except Exception as error:
        context = context_of(request)
        problem = problem_for(error)
        note_failure(request, error)
        if context.started_answer is not None:
            _abort(request, error, logger, foreseen=problem is not None)
            return context.started_answer
        if problem is None:
            logger.exception("unforeseen error", request_id=context.request_id)
            problem = INTERNAL_ERROR
        problem = with_outcome(problem, error, context)
        shape = shape_at(request.path) if context.route is None else context.route.problem_shape
        return shape.respond(problem, instance=request.path, request_id=context.request_id)


def _abort(request: web.Request, error: Exception, logger: FilteringBoundLogger, *, foreseen: bool) -> None:
    """Break the connection off, so that a cut answer cannot be taken for a whole one."""
    request_id = context_of(request).request_id
    if isinstance(error, ConnectionError):
        context_of(request).is_client_gone = True
    elif foreseen:
        logger.warning("answer broken off", request_id=request_id, code=getattr(error, "code", None))
    else:
        logger.error("unforeseen error", request_id=request_id, exc_info=error)
    if request.transport is not None:
        request.transport.abort()


class RequestTraces:
    """Traces requests: a span for each, by OpenTelemetry's conventions for HTTP.

    Queries, headers and bodies are not recorded, nor is the client's address, which the log alone has.
    """

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
