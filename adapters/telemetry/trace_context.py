"""Sends the trace that a call belongs to on to providers (W3C Trace Context)."""

from dataclasses import replace
from typing import Literal

from application.ports.outbound_http import Outbound, OutboundRequest
from application.ports.tracing import Tracer
from application.request_modifiers import AlteredRequests

Reach = Literal["inside", "all", "none"]
"""Who gets it: servers that the operator has opened (EGRESS_ALLOW), all, or none."""


def with_trace_context(outbound: Outbound, tracer: Tracer | None, reach: Reach) -> Outbound:
    """Return the way out that adds the headers of the current span; the same one where there are none to add."""
    if tracer is None or reach == "none":
        return outbound

    def with_headers(request: OutboundRequest) -> OutboundRequest:
        if reach != "all" and not outbound.is_inside(request.url):
            return request
        headers = tracer.headers()
        return replace(request, headers={**headers, **request.headers}) if headers else request

    return AlteredRequests(outbound, with_headers)
