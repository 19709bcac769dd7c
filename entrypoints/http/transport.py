"""The server below the application, which answers malformed HTTP requests with problems too."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from secrets import token_hex
from types import TracebackType
from typing import Any, cast
from uuid import UUID

from aiohttp import web, web_protocol
from aiohttp.http_exceptions import LineTooLong
from aiohttp.streams import StreamReader
from structlog.typing import FilteringBoundLogger

from application.end_tasks import end_tasks
from application.loop_time import loop_time
from entrypoints.http.compatible_apis.error_shapes import shape_at
from entrypoints.http.errors import INTERNAL_ERROR
from entrypoints.http.headers import SECURITY, SERVER
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.known_callers import KNOWN_CALLERS, KnownCallers
from entrypoints.http.problems import Problem
from entrypoints.http.reading_turns import AT_ONCE, MUCH, ParsingTurns, ReadingTurns
from entrypoints.http.shutdown_state import ShutdownState

MALFORMED = Problem(status=400, code="malformed-request", detail="This is not a request that HTTP/1.1 knows.")
HEADERS_TOO_LARGE = Problem(
    status=431, code="headers-too-large", detail="The request line or a header is longer than 8,190 bytes."
)
LARGEST_HEADER = 8190
"""Bytes; as the framework has it."""

LINGERING_SECONDS = 1.0
"""A connection that is closed while more comes in is reset, and the client may never see its answer."""

LONG_LINE = 64
"""Requests. While more wait for their turns, less is read."""

_AT_ONCE_SECONDS = 0.01

# What they find decides whether the process is ended: it must not wait behind many requests of strangers.
_PROBES = frozenset({"/healthz", "/readyz"})

UNANSWERED_SECONDS = 30.0
"""As long as what was sent may be on its way before the client is taken for gone; systems would wait for minutes."""

SLOW_HEAD = Problem(status=408, code="headers-too-slow", detail="The headers of the request did not arrive in time.")

# As much of one as contains the path, even if the rest is wrong.
_REQUEST_LINE = re.compile(rb"[!-~]{1,20}[ \t]+(/[^\s?#]{0,200})")


class Connection(web.RequestHandler):
    """One connection of a client."""

    __slots__ = (
        "_has_had_request",
        "_head_timer",
        "_known_callers",
        "_log",
        "_organization_id",
        "_parsing_turns",
        "_path",
        "_read_seconds",
        "_reading_turns",
        "_unparsed",
        "_waits_for_turn",
        "pointless_without_client",
    )

    def __init__(
        self,
        manager: web.Server,
        *,
        log: FilteringBoundLogger,
        read_seconds: float,
        reading_turns: ReadingTurns,
        parsing_turns: ParsingTurns,
        known_callers: KnownCallers,
        **arguments: Any,  # noqa: ANN401 - the framework's
    ) -> None:
        super().__init__(manager, **arguments)
        self._log = log
        self._reading_turns = reading_turns
        self._parsing_turns = parsing_turns
        self._unparsed: list[bytes] = []
        self._organization_id: UUID | None = None
        self._known_callers = known_callers
        self._waits_for_turn = False
        self._path = ""
        self._read_seconds = read_seconds
        self._has_had_request = False
        self._head_timer: asyncio.TimerHandle | None = None
        self.pointless_without_client: set[asyncio.Task[Any]] = set()
        """The tasks to cancel when the client disconnects."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection; a client that has vanished without a word is noticed when it is sent something."""
        super().connection_made(transport)
        own = transport.get_extra_info("socket")
        if own is not None and own.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(UNANSWERED_SECONDS * 1000))

    def connection_lost(self, exc: BaseException | None) -> None:
        """End the work that nobody waits for any more; all else continues to its end."""
        if self._head_timer is not None:
            self._log.debug("the client disconnected", phase="headers")
        self._stop_head_timer()
        super().connection_lost(exc)
        for task in self.pointless_without_client:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        """Take what has come, or have it wait for its turn to be parsed where much has come at once."""
        if not self._unparsed and self._parsing_turns.begin():
            self._parse(data)
            return
        self._unparsed.append(data)
        if len(self._unparsed) == 1:
            self._pause_transport_reading()
            # Most likely the next request is of the same organization as the one before.
            self._parsing_turns.wait(self._organization_id, self._parse_unparsed)

    def _parse_unparsed(self) -> None:
        data, self._unparsed = b"".join(self._unparsed), []
        if self.transport is not None:
            self._parse(data)
            if not self._waits_for_turn:
                self._read_on()

    def _parse(self, data: bytes) -> None:
        """Parse it; the head of a request has to be whole some time after its first byte."""
        if data and (line := _REQUEST_LINE.match(data)) is not None:
            # For the answer to a request that cannot be read: its API has a shape for that, too.
            self._path = line[1].decode("ascii", "replace")
        super().data_received(data)
        if len(data) >= MUCH and not self._waits_for_turn:
            self._waits_for_turn = True
            self._pause_transport_reading()
            self._reading_turns.wait(self._organization_id, self._read_on)
        if self._messages and self._current_request is not None:
            self._end_unreadable_body(self._current_request)
        self._has_had_request = self._has_had_request or bool(self._messages)
        # With the first bytes of a connection what waits for a request may not have begun to.
        waits = self._waiter is not None and not self._waiter.done()
        if not waits and self._has_had_request:
            if self._head_timer is not None:
                self._stop_head_timer()
        elif data and self._head_timer is None:
            self._head_timer = self._loop.call_later(self._read_seconds, self._refuse_slow_head)
            # The connection is not idle any more.
            self._next_keepalive_close_time = self._loop.time() + self._read_seconds + self._keepalive_timeout

    async def _handle_request(
        self,
        request: web.BaseRequest,
        start_time: float | None,
        request_handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
    ) -> tuple[web.StreamResponse, bool]:
        """Answer the request in the turns of its organization, from its first step to its last."""
        answering = super()._handle_request(request, start_time, request_handler)
        if request.path in _PROBES:
            return await answering
        # From now on it learns that its client has disconnected, though its first step may have to wait.
        self._current_request, self._request_in_progress = request, True
        self._organization_id = self._known_callers.organization(request)
        try:
            return await loop_time().run(self._organization_id, answering)
        finally:
            self._current_request, self._request_in_progress = None, False
            if self._handler_waiter is not None and not self._handler_waiter.done():
                self._handler_waiter.set_result(None)

    def _read_on(self) -> None:
        self._waits_for_turn = False
        if not self._reading_paused and not self._buffer_paused:
            self._resume_transport_reading()

    def _resume_transport_reading(self) -> None:
        """Read on, as the framework has it, but not before it is this connection's turn."""
        if not self._waits_for_turn and not self._unparsed:
            super()._resume_transport_reading()

    def _end_unreadable_body(self, request: web.BaseRequest) -> None:
        """Fail the reader of the body at once; the framework only queues the error behind what has arrived."""
        if request.content.is_eof():
            return
        if isinstance(self._messages[-1][0], web_protocol._ErrInfo):  # noqa: SLF001 - it has no public name
            self._messages.clear()
            request.content.set_exception(web.RequestPayloadError())

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse_slow_head(self) -> None:
        self._head_timer = None
        if self._waiter is None or self._waiter.done():
            return
        # As the framework hands on what its parser has refused.
        refused = web_protocol._ErrInfo(SLOW_HEAD.status, TimeoutError(), "")  # noqa: SLF001 - it has no public way
        self.close_after_answer()
        self._messages.append((refused, StreamReader(self, LARGEST_HEADER, loop=self._loop)))
        self._waiter.set_result(None)

    def close_after_answer(self) -> None:
        """Close the connection soon after the answer, without waiting for the rest of the request."""
        self._lingering_time = LINGERING_SECONDS

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - the framework's text quotes the request
    ) -> web.StreamResponse:
        """Return the answer to what never reached the application, or came back from it as an error."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already")
        request_id = token_hex(16)
        if status >= INTERNAL_ERROR.status:
            self._log.error("unforeseen error", request_id=request_id, exc_info=exc)
            problem = INTERNAL_ERROR
        else:
            problem = _unreadable(exc)
            self._log.info("malformed request", request_id=request_id, kind=type(exc).__name__)
        response = shape_at(self._path).respond(problem, instance="", request_id=request_id)
        response.headers.update({**SECURITY, "Server": SERVER, "X-Request-Id": request_id})
        response.force_close()
        return response


def _unreadable(error: BaseException | None) -> Problem:
    if isinstance(error, TimeoutError):
        return SLOW_HEAD
    return HEADERS_TOO_LARGE if isinstance(error, LineTooLong) else MALFORMED


def close_after_answer(request: web.Request) -> None:
    """Close the request's connection soon after the answer; what is left of its body is not waited for."""
    if isinstance(request.protocol, Connection):
        request.protocol.close_after_answer()


class Newcomer(asyncio.Protocol):
    """A connection that waits for its turn: a thousand that come at once would hold the event loop for long."""

    def __init__(self, turns: ReadingTurns, connection: Callable[[], Connection | None]) -> None:
        self._turns = turns
        self._connection = connection
        self._transport: asyncio.Transport | None = None
        self._data: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the turn, which those of each address have in turn."""
        # That of uvloop is one without being an instance.
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._turns.begin(peer[0] if isinstance(peer, tuple) else None, self._begin)
        # The loop begins to read when this has returned.
        asyncio.get_running_loop().call_soon(self._pause)

    def _pause(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        """Keep what comes first."""
        self._data.append(data)
        if self._transport is not None:
            self._transport.pause_reading()

    def connection_lost(self, exc: BaseException | None) -> None:  # noqa: ARG002 - whatever the reason
        """Wait no longer."""
        self._transport = None

    def _begin(self) -> None:
        transport, self._transport = self._transport, None
        if transport is None or transport.is_closing():
            return
        connection = self._connection()
        if connection is None:
            transport.close()
            return
        transport.set_protocol(connection)
        connection.connection_made(transport)
        # What comes from now on comes after this.
        transport.resume_reading()
        for data in self._data:
            connection.data_received(data)


class cancelled_without_client:  # noqa: N801 - used like a function, as what contextlib has
    """Cancel the handler if its client disconnects during the block; for work that changes nothing."""

    __slots__ = ("_connection", "_task")

    def __init__(self, request: web.Request) -> None:
        self._connection = request.protocol
        self._task = asyncio.current_task()

    def __enter__(self) -> None:
        if self._task is not None and isinstance(self._connection, Connection):
            self._connection.pointless_without_client.add(self._task)
            if self._connection.transport is None:
                self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._task is not None and isinstance(self._connection, Connection):
            self._connection.pointless_without_client.discard(self._task)


class Server(web.Server):
    """Makes the connections."""

    def __init__(
        self,
        like: web.Server,
        *,
        log: FilteringBoundLogger,
        stopping: ShutdownState,
        known_callers: KnownCallers,
        **arguments: Any,  # noqa: ANN401 - the framework's
    ) -> None:
        super().__init__(like.request_handler, request_factory=like.request_factory)
        self._stopping = stopping
        self._loop_time = loop_time()
        self._parsing_turns = ParsingTurns(self._loop)
        self._arguments = {
            **arguments,
            "log": log,
            "loop": self._loop,
            "reading_turns": ReadingTurns(self._loop, self._read_at_once),
            "parsing_turns": self._parsing_turns,
            "known_callers": known_callers,
        }
        self._newcomers = ReadingTurns(self._loop, self._read_at_once)
        self._has_ended = False

    def __call__(self) -> asyncio.Protocol:  # type: ignore[override]  # it becomes one
        """Return what takes a new connection, which waits for its turn where many come at once."""
        return Newcomer(self._newcomers, self._connection)

    def _read_at_once(self) -> int:
        """Return how many connections may be read from in a tick: what was read of those in line has to be kept."""
        return 1 if self._parsing_turns.in_line + self._loop_time.all_in_line > LONG_LINE else AT_ONCE

    def _connection(self) -> Connection | None:
        """Return what takes a connection whose turn it is; none once the end has come, for nobody would close it."""
        return None if self._has_ended else Connection(self, **self._arguments)

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as the framework has it
        """Let the requests in flight finish within so many seconds, unless it is urgent, and close all connections."""
        self._has_ended = True
        # The framework takes 0 for no limit at all.
        finished = asyncio.ensure_future(super().shutdown(max(timeout or 0.0, _AT_ONCE_SECONDS)))
        urgent = asyncio.ensure_future(self._stopping.at_once.wait())
        await asyncio.wait({finished, urgent}, return_when=asyncio.FIRST_COMPLETED)
        if not finished.done():
            await end_tasks(finished)
            finished = asyncio.ensure_future(super().shutdown(_AT_ONCE_SECONDS))
        urgent.cancel()
        await finished


class Runner(web.AppRunner):
    """Serves an application. Its `cleanup()` first lets the requests in flight finish, within a limit."""

    def __init__(
        self, app: web.Application, options: HttpOptions, log: FilteringBoundLogger, stopping: ShutdownState
    ) -> None:
        super().__init__(app, shutdown_timeout=options.shutdown_seconds)
        self._stopping = stopping
        self._log = log
        self._read_seconds = options.read_seconds

    async def _make_server(self) -> web.Server:
        # Compressed bodies are refused, and must not be unpacked before that.
        return Server(
            await super()._make_server(),
            known_callers=self._app[KNOWN_CALLERS],
            log=self._log,
            stopping=self._stopping,
            read_seconds=self._read_seconds,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=75.0,
        )
