"""The outer middleware: gives each request an id, one log line and its metrics, and answers it whatever happens.

Two middlewares surround every handler: this one, then `access_control.py`, which checks who may use the route and
replays answers for an Idempotency-Key. `headers.py` adds headers just before an answer is sent, streams included.
"""

from __future__ import annotations

import logging
import re
from os import urandom
from time import perf_counter
from typing import TYPE_CHECKING

from aiohttp import web

from application.request_cleanup import one_request
from domain.key_patterns import has_key_form
from entrypoints.http.client_addresses import client_address
from entrypoints.http.error_middleware import CLIENT_GONE, answer_or_problem
from entrypoints.http.long_answers import in_pieces
from entrypoints.http.request_context import REQUEST_CONTEXT, RequestContext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from structlog.typing import FilteringBoundLogger

    from application.ports.provider_gateway import CallOutcome
    from entrypoints.http.client_addresses import Network
    from entrypoints.http.metrics import HttpMetrics
    from entrypoints.http.routes import Handler, Route

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

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
