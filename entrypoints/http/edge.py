"""The outer middleware: a request id, one log line, the figures, and an answer whatever happens.

Two middlewares surround every handler, in this order: the edge (here), then the gate (`gate.py`), which lets through
who may and repeats what was done before. Headers are added when an answer is about to leave, streams included.
"""

from __future__ import annotations

import re
from secrets import token_hex
from time import perf_counter
from typing import TYPE_CHECKING

from aiohttp import web

from domain.key_patterns import has_key_form
from entrypoints.http.answered import CLIENT_GONE, answered
from entrypoints.http.exchange import EXCHANGE, Exchange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from structlog.typing import FilteringBoundLogger

    from application.ports.provider_gateway import CallOutcome
    from entrypoints.http.metrics import HttpMetrics
    from entrypoints.http.routes import Handler, Route

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

NOT_WORTH_A_LINE = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines; logged at debug level only."""


class Edge:
    """Surrounds every request to the application."""

    def __init__(
        self,
        routes: Mapping[web.AbstractRoute, Route],
        *,
        logger: FilteringBoundLogger,
        metrics: HttpMetrics,
    ) -> None:
        self._routes = routes
        self._logger = logger
        self._metrics = metrics

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer the request."""
        exchange = Exchange(
            request_id=_request_id(request),
            route=self._routes.get(request.match_info.route),
            started=perf_counter(),
        )
        request[EXCHANGE] = exchange
        status = CLIENT_GONE
        try:
            response = await answered(request, handler, self._logger)
            status = response.status
            return response
        finally:
            if exchange.reservation is not None:
                exchange.reservation.release()
            self._note(request.method, exchange, status)

    def _note(self, method: str, exchange: Exchange, status: int) -> None:
        seconds = perf_counter() - exchange.started
        path = exchange.route.path if exchange.route is not None else "unknown"
        principal = exchange.principal
        self._metrics.count(method, path, status, seconds)
        is_quiet = path in NOT_WORTH_A_LINE or exchange.is_client_gone
        log = self._logger.debug if is_quiet else self._logger.info
        log(
            "request",
            request_id=exchange.request_id,
            organization=None if principal is None else str(principal.organization_id),
            actor=None if principal is None else principal.actor,
            method=method,
            route=path,
            status=status,
            duration_ms=round(seconds * 1000, 2),
            **_facts_of(exchange.failure),
        )


def _facts_of(failure: CallOutcome | None) -> dict[str, object]:
    """Return what a provider's failure is known by, to us and to the provider's support."""
    if failure is None:
        return {}
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
    return sent if sent is not None and is_fit else token_hex(16)
