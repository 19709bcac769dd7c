"""Tells providers which trace a call belongs to (W3C Trace Context)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from application.ports.outbound_http import Outbound, OutboundRequest, OutboundResponse, OutboundStream
    from application.ports.tracing import Tracer
    from domain.provider.values import Endpoint

Reach = Literal["inside", "all", "none"]
"""Who is told: servers that the operator has opened (EGRESS_ALLOW), all, or none."""


def with_trace_context(outbound: Outbound, tracer: Tracer | None, reach: Reach) -> Outbound:
    """Return the way out that tells the trace; the same one where there is none to tell."""
    return outbound if tracer is None or reach == "none" else WithTraceContext(outbound, tracer, reach)


class WithTraceContext:
    """Implements `Outbound`: adds the headers of the current span to each request."""

    def __init__(self, outbound: Outbound, tracer: Tracer, reach: Reach) -> None:
        self._outbound = outbound
        self._tracer = tracer
        self._tells_all = reach == "all"

    async def request(self, request: OutboundRequest) -> OutboundResponse:
        return await self._outbound.request(self._with_headers(request))

    def stream(self, request: OutboundRequest) -> AbstractAsyncContextManager[OutboundStream]:
        return self._outbound.stream(self._with_headers(request))

    def checked(self, url: str) -> Endpoint:
        return self._outbound.checked(url)

    def is_inside(self, url: str) -> bool:
        return self._outbound.is_inside(url)

    async def check_address(self, url: str) -> None:
        await self._outbound.check_address(url)

    def _with_headers(self, request: OutboundRequest) -> OutboundRequest:
        if not (self._tells_all or self._outbound.is_inside(request.url)):
            return request
        told = self._tracer.headers()
        return replace(request, headers={**told, **request.headers}) if told else request
