"""The route of the event feed."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Final, Protocol
from uuid import UUID

from aiohttp import web
from pydantic import Field

from application.caller import current_caller
from application.end_tasks import end_tasks
from application.errors import Unavailable
from application.feed.event_feed import FeedEvent
from application.feed.feed_broadcast import TooManyFollowers
from entrypoints.http.answers.feed import FEED_EVENTS, HappenedEvent
from entrypoints.http.authorization import Access
from entrypoints.http.field_types import Flag, Query, Whole
from entrypoints.http.json_responses import json_bytes
from entrypoints.http.parse_request import query_of
from entrypoints.http.request_context import context_of
from entrypoints.http.request_errors import FieldError, InvalidRequest, NotAuthenticated
from entrypoints.http.routes import EVENT_STREAM_TYPE, Answer, endpoint
from entrypoints.http.transport import cancelled_without_client

_DIGITS: Final = 18
_LINGER_SECONDS: Final = 5.0
_MESSAGES_KEPT: Final = 2_000


class FeedQuery(Query):
    """From where on."""

    after: Annotated[
        Whole | None,
        Field(ge=0, description="After this position; by default from now on. Last-Event-ID comes first."),
    ] = None
    follow: Annotated[Flag, Field(description="Whether to stay for what happens later.")] = True


class Follow(Protocol):
    """Follows an organization's log."""

    def __call__(
        self, organization_id: UUID, after: int | None, *, endless: bool
    ) -> AsyncGenerator[tuple[int, Sequence[FeedEvent] | None]]:
        """Give events, and the position up to which all have been given; none: the log ends before what was seen."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions:
    """Times in seconds: between signs of life, until a client is too slow, until it has to come again."""

    heartbeat: float = 15.0
    patience: float = 30.0
    longest: float = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedViews:
    """Turns a request into a stream of events."""

    follow: Follow
    options: FeedOptions = FeedOptions()

    @endpoint(
        "GET",
        "/api/ai/events",
        access=Access.VIEWER,
        query=FeedQuery,
        share="followers",
        answers={200: Answer(description="What happens.", events=FEED_EVENTS)},
        problems=(TooManyFollowers,),
    )
    async def follow_events(self, request: web.Request) -> web.StreamResponse:
        """Follow what happens

        Server-sent events (WHATWG HTML, section 9.2), one for each event of the organization, in order: its `id` is the
        position. Whoever reconnects with `Last-Event-ID`, as browsers do by themselves, misses nothing and gets nothing
        twice, also across restarts of the service. They report that something happened, not what: read the resource
        again.

        An event `start-over` comes where the log ends before `after` (or `Last-Event-ID`), as it does after a backup
        was restored: read again what you know. Its `id` is the end of the log, from which the stream continues.

        Comments are signs of life. The stream ends with an event `end` that says why (`renew` after 15 minutes, and
        where the token or the access key is not accepted any more; `shutdown`; `slow` for a client that does not keep
        up; `complete` where nobody wanted to follow): reconnect.
        """
        query = query_of(request, FeedQuery)
        after = _last_seen(request, query.after)
        response = web.StreamResponse(
            headers={"Content-Type": f"{EVENT_STREAM_TYPE}; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        if request.method == "HEAD":
            await response.prepare(request)
            return response
        organization_id = current_caller().organization_id
        # Whoever has gone counts no longer, and is not waited for.
        with cancelled_without_client(request):
            async with aclosing(self.follow(organization_id, after, endless=query.follow)) as batches:
                last = b"shutdown" if query.follow else b"complete"
                await _Stream(request, response, self.options).run(batches, last)
        return response


class _Stream:
    """One client's stream."""

    def __init__(self, request: web.Request, response: web.StreamResponse, options: FeedOptions) -> None:
        self._request = request
        self._response = response
        self._options = options
        self._until = asyncio.get_running_loop().time() + options.longest

    async def run(self, batches: AsyncGenerator[tuple[int, Sequence[FeedEvent] | None]], last: bytes) -> None:
        """Send batches until the time is over, the client is too slow, or there are no more, because of `last`."""
        position, events = await anext(batches)
        await self._response.prepare(self._request)
        try:
            # An event without data only gives the position to resume from.
            await self._send(b"retry: 1000\nid: %d\n\n" % position + _messages(position, events))
            await self._end(await self._pass_on(batches) or last)
        except TimeoutError:
            await self._give_up()

    async def _pass_on(self, batches: AsyncGenerator[tuple[int, Sequence[FeedEvent] | None]]) -> bytes | None:
        following = asyncio.ensure_future(anext(batches, None))
        try:
            while asyncio.get_running_loop().time() < self._until:
                await asyncio.wait({following}, timeout=self._options.heartbeat)
                if not await self._is_let_in():
                    break
                if not following.done():
                    await self._send(b": alive\n\n")
                    continue
                batch = following.result()
                if batch is None:
                    return None
                await self._send(_messages(*batch))
                following = asyncio.ensure_future(anext(batches, None))
            return b"renew"
        finally:
            await end_tasks(following)

    async def _is_let_in(self) -> bool:
        """Return whether a new request would be: the access key may be gone, or the token have expired."""
        verify = context_of(self._request).verify
        try:
            return verify is None or await verify() is not None
        except (NotAuthenticated, Unavailable):
            return False

    async def _send(self, content: bytes) -> None:
        async with asyncio.timeout(self._options.patience):
            await self._response.write(content)

    async def _end(self, reason: bytes) -> None:
        await self._send(_end(reason))
        await self._response.write_eof()

    async def _give_up(self) -> None:
        """Send the reason after all that the client has not read yet, and wait a little for it to do so."""
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(min(_LINGER_SECONDS, self._options.patience)):
                await self._response.write(_end(b"slow"))
                await self._response.write_eof()
                return
        if self._request.transport is not None:
            self._request.transport.abort()


def _last_seen(request: web.Request, after: int | None) -> int | None:
    """Return where the client left off.

    Raises:
        InvalidRequest: Last-Event-ID is no position.
    """
    stated = request.headers.get("Last-Event-ID", "")
    if not stated:
        return after
    if not (stated.isascii() and stated.isdigit() and len(stated) <= _DIGITS):
        message = "is not the id of an event of this stream"
        raise InvalidRequest(f"Last-Event-ID {message}.", errors=[FieldError("Last-Event-ID:", message)])
    return int(stated)


def _messages(position: int, events: Sequence[FeedEvent] | None) -> bytes:
    if events is None:
        return b'id: %d\nevent: start-over\ndata: {"position":%d}\n\n' % (position, position)
    return b"".join(map(_message, events))


@lru_cache(_MESSAGES_KEPT)
def _message(event: FeedEvent) -> bytes:
    """Return the event as all its followers get it, written once."""
    return b"id: %d\ndata: %s\n\n" % (event.position, json_bytes(HappenedEvent.model_validate(event)))


def _end(reason: bytes) -> bytes:
    return b'event: end\ndata: {"reason":"' + reason + b'"}\n\n'
