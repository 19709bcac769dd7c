"""Answers in server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from aiohttp import web

from entrypoints.http.routes import EVENT_STREAM_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

HEARTBEAT_SECONDS = 15.0
"""Well below the silence after which proxies usually cut a connection."""

STALLED_SECONDS = 60.0
"""How long a client may leave what it is sent unread before it is taken for gone."""

_HEARTBEAT = b": heartbeat\n\n"


def framed(events: Iterable[tuple[bytes | None, bytes]]) -> bytes:
    """Return events, each its name and its data of one line, as they are to be read."""
    return b"".join(
        b"data: %s\n\n" % data if name is None else b"event: %s\ndata: %s\n\n" % (name, data) for name, data in events
    )


class EventStream:
    """The answer to one request. It begins with the first event, or after a silence, with a heartbeat.

    Until it has begun, the request can still be answered with a problem and its status. The connection of a client that
    reads nothing for `stalled_seconds` is ended (counted at heartbeats).
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
        self._seconds = heartbeat_seconds
        self._stalled_seconds = stalled_seconds
        self._clock = asyncio.get_running_loop().time
        self._writing_since: float | None = None
        self._beginning = asyncio.Lock()
        self._has_sent = False
        self._heart: asyncio.Task[None] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether a part of the answer has been sent."""
        return self.response.prepared

    async def __aenter__(self) -> Self:
        self._heart = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._heart is not None:
            self._heart.cancel()
            await asyncio.wait([self._heart])
        if error is None and self.has_begun:
            await self.response.write_eof()

    async def send(self, data: bytes, *, event: bytes | None = None) -> None:
        """Send an event; its data is one line."""
        await self.write(framed([(event, data)]))

    async def write(self, content: bytes) -> None:
        """Send whole events as they are to be read; nothing where there are none."""
        if not content:
            return
        self._has_sent = True
        if not self.response.prepared:
            async with self._beginning:
                if not self.response.prepared:
                    await self.response.prepare(self._request)
        if self._writing_since is None:
            self._writing_since = self._clock()
        await self.response.write(content)
        self._writing_since = None

    async def _beat(self) -> None:
        while True:
            self._has_sent = False
            await asyncio.sleep(self._seconds)
            if self._writing_since is not None:
                if self._clock() - self._writing_since >= self._stalled_seconds and self._request.transport is not None:
                    self._request.transport.abort()
            elif not self._has_sent:
                try:
                    await self.write(_HEARTBEAT)
                except ConnectionError:
                    return  # The client is gone, and whoever writes the answer gets the error too.
