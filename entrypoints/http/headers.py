"""The headers of every answer: its id, what a browser may do with it, and which other origins may read it."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

from entrypoints.http.exchange import EXCHANGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

SERVER = "modelbook"

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

EXPOSED = (
    "ETag, Location, Retry-After, X-Request-Id, Log-Position, Idempotency-Replayed, WWW-Authenticate, "
    "RateLimit, RateLimit-Policy"
)
ACCEPTED = (
    "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID, X-Change-Reason, X-Request-Id"
)
PREFLIGHT_SECONDS = "600"


class Headers:
    """Adds headers when an answer is about to leave; a handler's own come first."""

    def __init__(self, cors_origins: Sequence[str]) -> None:
        self._origins = frozenset(cors_origins)

    async def on_response_prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        """Complete the headers of the answer."""
        headers = response.headers
        exchange = request.get(EXCHANGE)
        if exchange is not None:
            exchange.started_answer = response
            headers.update(exchange.answer_headers)
        headers["X-Request-Id"] = token_hex(16) if exchange is None else exchange.request_id
        headers["Server"] = SERVER
        for name, value in SECURITY.items():
            headers.setdefault(name, value)
        if self._origins:
            self._allow_origin(request, response)

    def _allow_origin(self, request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        headers.add("Vary", "Origin")
        origin = request.headers.get("Origin")
        if origin not in self._origins:
            return
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = EXPOSED
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            headers["Access-Control-Allow-Methods"] = headers.get("Allow", "")
            headers["Access-Control-Allow-Headers"] = ACCEPTED
            headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
