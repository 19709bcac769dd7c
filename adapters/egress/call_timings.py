"""Timings of an outbound call, and whether the guard refused it."""

import ssl
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter

from aiohttp import ClientRequest, ClientResponse
from aiohttp.connector import Connection

from adapters.egress.url_parsing import Target
from application.ports.provider_gateway import Timings

current: "ContextVar[Attempt]" = ContextVar("current")
"""The call that the running task makes: what happens on its way is known to be for its target, and noted there."""


@dataclass(slots=True)
class Attempt:
    """Moments of a call, on the clock of `perf_counter`; none as long as they have not come."""

    target: Target
    started: float = field(default_factory=perf_counter)
    lookup_started: float | None = None
    lookup_ended: float | None = None
    socket_opened: float | None = None
    tls_started: float | None = None
    connected: float | None = None
    sent: float | None = None
    answered: float | None = None
    is_refused: bool = False
    is_proxied: bool = False

    def begin_lookup(self) -> None:
        """Note that the name is looked up from now on."""
        self._forget_lost_connection()
        self.lookup_started = perf_counter()

    def open_socket(self) -> None:
        """Note that a connection is made; trying another address does not begin it again."""
        self._forget_lost_connection()
        if self.socket_opened is None:
            self.socket_opened = perf_counter()

    def _forget_lost_connection(self) -> None:
        """Forget an earlier connection, which turned out to be dead when the request was sent."""
        if self.connected is not None:
            self.lookup_started = self.lookup_ended = self.socket_opened = self.tls_started = self.connected = None

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the call began."""
        return (perf_counter() - self.started) * 1_000

    @property
    def timings(self) -> Timings:
        """The phases that have ended. The first byte is counted from when the request was sent."""
        if self.lookup_started is None and self.socket_opened is None:
            # The connection was there already.
            return Timings(first_byte_ms=_between(self.sent, self.answered))
        return Timings(
            dns_ms=_between(self.lookup_started, self.lookup_ended),
            connect_ms=_between(self.socket_opened, self.tls_started or self.connected),
            tls_ms=_between(self.tls_started, self.connected),
            first_byte_ms=_between(self.sent, self.answered),
        )

    @property
    def phase(self) -> str:
        """What was in progress, to follow "while"."""
        if self.answered is not None:
            return "reading the answer"
        if self.sent is not None:
            return "waiting for the answer"
        if self.tls_started is not None and self.connected is None:
            return "agreeing on TLS"
        if self.socket_opened is not None:
            return "connecting"
        return "looking up the name" if self.lookup_started is not None else "waiting for a free connection"


class TimedHandshake(ssl.SSLObject):
    """Notes when the TLS handshake begins, the only sign of the end of the TCP connection that the client gives."""

    def do_handshake(self) -> None:
        attempt = current.get(None)
        if attempt is not None and attempt.tls_started is None:
            attempt.tls_started = perf_counter()
        super().do_handshake()


class TimedRequest(ClientRequest):
    """Records when the connection is made and the request is sent."""

    async def send(self, conn: Connection) -> ClientResponse:
        attempt = current.get()
        attempt.connected = attempt.sent = perf_counter()
        return await super().send(conn)


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round((end - start) * 1_000, 3)
