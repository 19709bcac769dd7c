"""An outbound client that changes each request before it is sent."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from application.ports.outbound_http import Outbound, OutboundRequest, OutboundResponse, OutboundStream
from domain.provider.values import Endpoint


@dataclass(frozen=True, slots=True)
class AlteredRequests:
    """Implements `Outbound`: sends what `altered` returns for each request by another way out."""

    outbound: Outbound
    altered: Callable[[OutboundRequest], OutboundRequest]

    async def request(self, request: OutboundRequest) -> OutboundResponse:
        """Send the altered request and return the whole answer."""
        return await self.outbound.request(self.altered(request))

    def stream(self, request: OutboundRequest) -> AbstractAsyncContextManager[OutboundStream]:
        """Send the altered request and give the answer as it comes."""
        return self.outbound.stream(self.altered(request))

    def checked(self, url: str) -> Endpoint:
        """Return the address as the other way out checks it."""
        return self.outbound.checked(url)

    def is_inside(self, url: str) -> bool:
        """Return whether the operator has opened the server."""
        return self.outbound.is_inside(url)

    async def check_address(self, url: str) -> None:
        """Check the address as the other way out does."""
        await self.outbound.check_address(url)
