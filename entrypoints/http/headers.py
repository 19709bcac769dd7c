"""The headers of every answer: request id, browser security and CORS."""

import re
from collections.abc import Sequence
from secrets import token_hex
from typing import Final

from aiohttp import web

from entrypoints.http.request_context import REQUEST_CONTEXT
from entrypoints.http.shutdown_state import ShutdownState

SERVER = "modelbook"

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

EXPOSED = (
    "ETag, Location, Retry-After, Retry-After-Ms, X-Should-Retry, X-Request-Id, Request-Id, Log-Position, "
    "Log-Ahead-Seconds, "
    "Idempotency-Replayed, Ignored-Fields, WWW-Authenticate, RateLimit, RateLimit-Policy"
)
ACCEPTED = (
    "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID, Log-Position, X-Change-Reason, "
    "X-Request-Id, "
    # What clients of OpenAI's, Anthropic's and Google's APIs send besides; it is harmless on other routes.
    "Api-Key, X-Api-Key, X-Goog-Api-Key, X-Goog-Api-Client, OpenAI-Organization, OpenAI-Project, OpenAI-Beta, "
    "Anthropic-Version, Anthropic-Beta, Anthropic-Dangerous-Direct-Browser-Access, User-Agent"
)
PREFLIGHT_SECONDS = "600"

# The official clients say so what they are; new ones of these come with new releases.
_OF_CLIENTS = re.compile(r"x-stainless-[a-z0-9-]{1,50}")
_MOST_OF_CLIENTS = 50


class Headers:
    """Adds headers when an answer is about to leave; a handler's own come first."""

    def __init__(self, cors_origins: Sequence[str], stopping: ShutdownState) -> None:
        self._origins = frozenset(cors_origins)
        self._stopping = stopping

    async def on_response_prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        """Complete the headers of the answer."""
        headers = response.headers
        context = request.get(REQUEST_CONTEXT)
        if context is not None:
            context.started_answer = response
            headers.update(context.answer_headers)
        headers["X-Request-Id"] = token_hex(16) if context is None else context.request_id
        headers["Server"] = SERVER
        for name, value in SECURITY.items():
            headers.setdefault(name, value)
        if self._stopping.draining.is_set():
            response.force_close()
            # The framework has written this header already.
            headers["Connection"] = "close"
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
            headers["Access-Control-Allow-Headers"] = ", ".join([ACCEPTED, *_named_by_client(request)])
            headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS


def _named_by_client(request: web.Request) -> Sequence[str]:
    """Return the names by which an official client says what it is, of those that the browser asks about."""
    asked = request.headers.get("Access-Control-Request-Headers", "").lower().split(",")
    return [name for each in asked if _OF_CLIENTS.fullmatch(name := each.strip())][:_MOST_OF_CLIENTS]


IGNORED_FIELDS: Final = "Ignored-Fields"
_LONGEST: Final = 2_000


def ignored_header(fields: tuple[str, ...]) -> dict[str, str]:
    """Return the header that names the fields that were left out; nothing when there are none."""
    if not fields:
        return {}
    names = ", ".join(field for field in fields if field.isascii() and field.isprintable())
    return {IGNORED_FIELDS: names[:_LONGEST]} if names else {}
