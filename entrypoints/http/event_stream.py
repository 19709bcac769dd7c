"""Answers in server-sent events (WHATWG HTML, section 9.2)."""

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from aiohttp import web

from application.end_tasks import end_tasks
from entrypoints.http.routes import EVENT_STREAM_TYPE

HEARTBEAT_SECONDS = 15.0
"""Well below the silence after which proxies usually cut a connection."""

STALLED_SECONDS = 60.0
"""How long a client may leave what it is sent unread before it is taken for gone."""

_HEARTBEAT = b": heartbeat\n\n"
# So much may wait for a client that reads slowly, before whoever writes the answer waits too.
_MOST_PENDING = 65_536


def framed(events: Iterable[tuple[bytes | None, bytes]]) -> bytes:
    """Return events, each its name and its data of one line, as they are to be read."""
    return b"".join(
        b"data: %s\n\n" % data if name is None else b"event: %s\ndata: %s\n\n" % (name, data) for name, data in events
    )


class EventStream:
    """The answer to one request. It begins with the first event, or after a silence, with a heartbeat.

    Until it has begun, the request can still be answered with a problem and its status. Events that are written one
    right after the other are sent together. The connection of a client that reads nothing for `stalled_seconds` is
    ended (counted at heartbeats).
    """

    def __init__(
        self,
        request: web.Request,
        *,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        stalled_seconds: float = STALLED_SECONDS,
    ) -> None:
        self.response = web.StreamResponse(
            headers={"Content-Type": f"{EVENT_STREAM_TYPE}; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        self._request = request
        self._heartbeat_seconds = heartbeat_seconds
        self._stalled_seconds = stalled_seconds
        self._beginning = asyncio.Lock()
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._clock = asyncio.get_running_loop().time
        self._sending_since: float | None = None
        self._has_sent = False
        self._heart: asyncio.TimerHandle | None = None
        self._sender: asyncio.Task[None] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether a part of the answer has been sent."""
        return self.response.prepared

    async def __aenter__(self) -> Self:
        self._beat_later()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None and self.has_begun:
                if self._sender is not None:
                    await self._sender
                await self.response.write_eof()
        finally:
            if self._heart is not None:
                self._heart.cancel()
            if self._sender is not None:
                await end_tasks(self._sender)

    async def send(self, data: bytes, *, event: bytes | None = None) -> None:
        """Send an event; its data is one line."""
        await self.write(framed([(event, data)]))

    async def write(self, content: bytes) -> None:
        """Send whole events as they are to be read, together with what else is written by then; nothing for none.

        Raises:
            ConnectionError: the client is gone.
        """
        if not content:
            return
        await self._begin()
        if self._sender is not None and (self._sender.done() or self._pending_bytes > _MOST_PENDING):
            await self._sender
        self._send_later(content)

    async def write_at_once(self, content: bytes) -> None:
        """Send whole events that were written together already, as soon as what is before them; errors as above."""
        if self._pending or self._sending_since is not None:
            await self.write(content)
        elif content:
            await self._begin()
            await self._send(content)

    def _send_later(self, content: bytes) -> None:
        self._pending.append(content)
        self._pending_bytes += len(content)
        if self._sender is None or (self._sender.done() and self._sender.exception() is None):
            self._sender = asyncio.create_task(self._send_pending())

    async def _begin(self) -> None:
        if not self.response.prepared:
            async with self._beginning:
                if not self.response.prepared:
                    await self.response.prepare(self._request)

    async def _send_pending(self) -> None:
        """Send what is written by now and meanwhile."""
        await self._begin()
        while self._pending:
            content, self._pending, self._pending_bytes = b"".join(self._pending), [], 0
            await self._send(content)

    async def _send(self, content: bytes) -> None:
        self._sending_since, self._has_sent = self._clock(), True
        await self.response.write(content)
        self._sending_since = None

    def _beat_later(self) -> None:
        self._heart = asyncio.get_running_loop().call_later(self._heartbeat_seconds, self._beat)

    def _beat(self) -> None:
        if self._sending_since is not None:
            if self._clock() - self._sending_since >= self._stalled_seconds and self._request.transport is not None:
                self._request.transport.abort()
        elif not self._has_sent:
            self._send_later(_HEARTBEAT)
        self._has_sent = False
        self._beat_later()
