"""Sends a provider's extra headers with every call that its adapter makes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from application.request_modifiers import AlteredRequests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from application.ports.outbound_http import Outbound, OutboundRequest


def with_extra_headers(outbound: Outbound, extra_headers: Mapping[str, str]) -> Outbound:
    """Return the way out that adds headers to each request, where the adapter does not set one of the name itself."""

    def with_headers(request: OutboundRequest) -> OutboundRequest:
        own = {name.lower() for name in request.headers}
        extra = {name: value for name, value in extra_headers.items() if name.lower() not in own}
        return replace(request, headers={**request.headers, **extra})

    return AlteredRequests(outbound, with_headers)
