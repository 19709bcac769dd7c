"""What one call went through: its times, and whether the guard stopped it."""

from __future__ import annotations

import ssl
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from aiohttp import TraceConfig

from application.ports.provider_gateway import Timings

if TYPE_CHECKING:
    from types import SimpleNamespace

    from aiohttp import (
        ClientSession,
        TraceConnectionCreateEndParams,
        TraceConnectionCreateStartParams,
        TraceDnsResolveHostEndParams,
        TraceDnsResolveHostStartParams,
        TraceRequestHeadersSentParams,
    )

    from adapters.egress.urls import Target

current: ContextVar[Attempt] = ContextVar("current")
"""The call that the running task makes, so that a socket about to be opened is known to be for its target."""


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

    def begin_connection(self) -> None:
        """Forget an earlier connection: it had been kept alive, and turned out to be dead."""
        self.lookup_started = self.lookup_ended = self.socket_opened = self.tls_started = self.connected = None

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the call began."""
        return (perf_counter() - self.started) * 1_000

    @property
    def timings(self) -> Timings:
        """The phases that have ended. The first byte is counted from when the request was sent."""
        return Timings(
            dns_ms=_between(self.lookup_started, self.lookup_ended),
            connect_ms=_between(self.socket_opened, self.tls_started or self.connected),
            tls_ms=_between(self.tls_started, self.connected),
            first_byte_ms=_between(self.sent, self.answered),
        )

    @property
    def phase(self) -> str:
        """What was going on, to follow "while"."""
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


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round((end - start) * 1_000, 3)


def tracing() -> TraceConfig:
    """Return what makes a session note the moments of each call in the attempt given as `trace_request_ctx`."""
    config = TraceConfig()
    config.on_connection_create_start.append(_connection_started)
    config.on_connection_create_end.append(_connected)
    config.on_dns_resolvehost_start.append(_lookup_started)
    config.on_dns_resolvehost_end.append(_lookup_ended)
    config.on_request_headers_sent.append(_sent)
    return config


def _attempt(context: SimpleNamespace) -> Attempt:
    attempt: Attempt = context.trace_request_ctx
    return attempt


async def _connection_started(_: ClientSession, context: SimpleNamespace, __: TraceConnectionCreateStartParams) -> None:
    _attempt(context).begin_connection()


async def _connected(_: ClientSession, context: SimpleNamespace, __: TraceConnectionCreateEndParams) -> None:
    _attempt(context).connected = perf_counter()


async def _lookup_started(_: ClientSession, context: SimpleNamespace, __: TraceDnsResolveHostStartParams) -> None:
    _attempt(context).lookup_started = perf_counter()


async def _lookup_ended(_: ClientSession, context: SimpleNamespace, __: TraceDnsResolveHostEndParams) -> None:
    _attempt(context).lookup_ended = perf_counter()


async def _sent(_: ClientSession, context: SimpleNamespace, __: TraceRequestHeadersSentParams) -> None:
    _attempt(context).sent = perf_counter()
