"""Sends a provider's extra headers with every call that its adapter makes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from application.ports.outbound_http import Outbound, OutboundRequest, OutboundResponse, OutboundStream
    from domain.provider.values import Endpoint


class WithExtraHeaders:
    """Implements `Outbound`: adds headers to each request, where the adapter does not set one of the name itself."""

    def __init__(self, outbound: Outbound, extra_headers: Mapping[str, str]) -> None:
        self._outbound = outbound
        self._extra_headers = extra_headers

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
        own = {name.lower() for name in request.headers}
        extra = {name: value for name, value in self._extra_headers.items() if name.lower() not in own}
        return replace(request, headers={**request.headers, **extra})
