"""Limits the bodies of requests: bytes in memory, time to arrive, and time to parse."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from aiohttp import web

from application.bounds.shares import Shares
from application.json_value_count import MOST_CONTAINERS, MOST_VALUES, JsonValueCount
from application.request_cleanup import at_request_end
from application.run_in_thread import JOINED_IN_THREAD, run_in_thread
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.request_errors import (
    BodiesTooLarge,
    ContentTooLarge,
    MalformedBody,
    RequestTooSlow,
    ServiceBusy,
    TooManyValues,
    UnsupportedContent,
)

Result = TypeVar("Result")

LARGE: Final = 64 * 1024
"""Bytes; parsing more than that takes milliseconds, in which the event loop would answer nobody else."""

SLOWEST: Final = 16 * 1024
"""Bytes a second, on average after the first silence that is allowed; what trickles in more slowly is given up."""

LONGEST: Final = 10
"""How many times as long as the longest silence a whole body may take to arrive."""

_SHARE: Final = "bodyBytes"
_SHORTLY: Final = {"Retry-After": "1"}


class ClientGone(Exception):
    """The client has closed the connection before its request was whole; there is nobody to answer."""


class RequestBodies:
    """Reads bodies of JSON within the limits of this process, and works on large ones in threads."""

    def __init__(self, options: HttpOptions, shares: Shares) -> None:
        self._read_seconds = options.read_seconds
        self._most_bytes = options.most_body_bytes
        self._shares = shares
        self._bytes = 0

    @property
    def bytes_in_flight(self) -> int:
        """Return how many bytes of bodies are held now."""
        return self._bytes

    def check(self, organization_id: UUID | None, length: int) -> None:
        """Do nothing if so many bytes more can be held; without an organization the sum of all counts alone.

        Raises:
            BodiesTooLarge: the organization would hold more than its share.
            ServiceBusy: this process would hold more than it can.
        """
        if organization_id is not None and not self._shares.has_room(_SHARE, organization_id, length):
            raise BodiesTooLarge(headers=_SHORTLY)
        if self._bytes + length > self._most_bytes:
            raise ServiceBusy(headers=_SHORTLY)

    def _hold(self, organization_id: UUID | None, length: int) -> None:
        """Count so many bytes more as held; raises what `check` does, and counts none of them then."""
        self.check(organization_id, length)
        self._count(organization_id, length)

    def _count(self, organization_id: UUID | None, length: int) -> None:
        self._bytes += length
        if organization_id is not None:
            self._shares.add(_SHARE, organization_id, length)

    async def read(self, request: web.Request, organization_id: UUID | None, largest: int) -> bytes:
        """Return the whole body, of at most so many bytes, which are held until the request has been answered.

        Raises:
            ContentTooLarge: it is longer.
            TooManyValues: as JSON it holds more of them than any request needs.
            UnsupportedContent: it is compressed.
            MalformedBody: it is not framed as HTTP/1.1 has it.
            RequestTooSlow: nothing of it came for too long, or too little of it, or it took too long as a whole.
            BodiesTooLarge, ServiceBusy: too much is being held already.
            ClientGone: the connection was closed before its end.
        """
        if request.headers.get("Content-Encoding", "identity") != "identity":
            raise UnsupportedContent("Send the body as it is, not compressed.", headers={"Accept-Encoding": "identity"})
        stated = request.content_length or 0
        if stated > largest:
            raise _too_large(largest)
        if 0 < stated <= LARGE and request.content.is_eof():
            # All of it came with the headers, and is too short for many values.
            self._hold(organization_id, stated)
            at_request_end(partial(self._count, organization_id, -stated))
            return _arrived(request)
        self.check(organization_id, stated)
        started = asyncio.get_running_loop().time()
        chunks, length, size, held = [], 0, JsonValueCount(), 0

        def give_back() -> None:
            self._count(organization_id, -held)

        at_request_end(give_back)
        while chunk := await self._next(request, started, length):
            length += len(chunk)
            if length > largest:
                raise _too_large(largest)
            self._hold(organization_id, len(chunk))
            held += len(chunk)
            if not size.add(chunk) and not await run_in_thread(organization_id, size.check):
                raise _too_many_values()
            chunks.append(chunk)
        if length <= JOINED_IN_THREAD:
            return b"".join(chunks)
        return await run_in_thread(organization_id, lambda: b"".join(chunks))

    async def _next(self, request: web.Request, started: float, length: int) -> bytes:
        """Return what has arrived of the body, empty at its end."""
        content = request.content
        if content.is_eof():
            return _arrived(request)
        at_the_latest = started + min(self._read_seconds + length / SLOWEST, self._read_seconds * LONGEST)
        seconds = min(self._read_seconds, at_the_latest - asyncio.get_running_loop().time())
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                return await content.readany()
        except OSError as error:
            if not deadline.expired():
                raise ClientGone from error
            raise RequestTooSlow(headers={"Connection": "close"}) from None
        except web.RequestPayloadError:
            raise MalformedBody(headers={"Connection": "close"}) from None

    async def work_on(self, organization_id: UUID | None, work: Callable[[], Result]) -> Result:
        """Return what the work on a large body returns; it is done in a thread, in turn."""
        return await run_in_thread(organization_id, work)


REQUEST_BODIES: web.AppKey[RequestBodies] = web.AppKey("request_bodies", RequestBodies)


def _arrived(request: web.Request) -> bytes:
    """Return what is left of a body of which all has come; aiohttp reports a connection lost since then here too."""
    try:
        return request.content.read_nowait()
    except OSError as error:
        raise ClientGone from error
    except web.RequestPayloadError:
        raise MalformedBody(headers={"Connection": "close"}) from None


def _too_many_values() -> TooManyValues:
    return TooManyValues(
        f"The body holds more than {MOST_VALUES:,} values, or {MOST_CONTAINERS:,} arrays and objects.",
        headers={"Connection": "close"},
    )


def _too_large(largest: int) -> ContentTooLarge:
    return ContentTooLarge(f"This route accepts at most {largest:,} bytes.", members={"largestBody": largest})
