"""The guarded HTTP client."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Final, Self

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.call_timings import Attempt, TimedHandshake, TimedRequest, current
from adapters.egress.egress_rules import AddressRefused, Guard
from adapters.egress.guarded_resolver import GuardedResolver, SystemResolver
from adapters.egress.outbound_failures import FAILURES, failure
from adapters.egress.outgoing_request import checked_headers, encoded_body
from adapters.egress.response_body import NEVER, whole_body
from adapters.egress.response_stream import ReadingStream, answer_headers
from adapters.egress.url_parsing import read_base, read_request
from application.errors import EndpointRefused
from application.ports.outbound_http import OutboundFailure, OutboundResponse
from domain.provider.values import Endpoint

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from types import TracebackType

    from aiohttp import AddrInfoType, ClientResponse
    from aiohttp.abc import AbstractResolver

    from adapters.egress.url_parsing import Target
    from application.ports.outbound_http import OutboundRequest, OutboundStream

_POINTER: Final = "/endpoint"
# Hundreds of prompts may be answered at a time, most of them by the same few providers.
_CONNECTIONS: Final = 1_024
_CONNECTIONS_PER_HOST: Final = 256
# Below the minute after which usual load balancers close a silent connection.
_KEEP_ALIVE_SECONDS: Final = 30.0
_LOOKUP_SECONDS: Final = 10
_CHECK_SECONDS: Final = 5.0
_URLS_REMEMBERED: Final = 1_024
_TIMEOUTS_REMEMBERED: Final = 256
_HEADER_BYTES: Final = 16_384
_HEADERS: Final = 128
# The client rounds longer times up to whole seconds; ours are promises.
_NEVER_ROUND: Final = float("inf")


def _plain_socket(address: AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    return socket.socket(family, kind, protocol)


class Egress:
    """Calls what `Guard` lets through, over one session for the whole worker; implements `Outbound`.

    Start it inside the running loop and close it there, or use it as an asynchronous context manager. TLS is verified
    by the system's certificates or by those of `ssl_context`, which the client marks to time its handshakes.
    `resolver` and `open_socket` stand behind the guard; they see only what it let through.
    """

    def __init__(
        self,
        allow: EgressAllowList | None = None,
        *,
        ssl_context: ssl.SSLContext | None = None,
        resolver: AbstractResolver | None = None,
        open_socket: Callable[[AddrInfoType], socket.socket] = _plain_socket,
        lookup_seconds: int = _LOOKUP_SECONDS,
    ) -> None:
        """Take the allow list; names are remembered for `lookup_seconds`.

        Raises:
            ValueError: the TLS context does not verify.
        """
        self._guard = Guard(allow or EgressAllowList())
        self._ssl_context = None if ssl_context is None else _verifying(ssl_context)
        self._given_resolver = resolver
        self._open_socket = open_socket
        self._lookup_seconds = lookup_seconds
        # A URL is judged once; the addresses behind it are judged on each new connection.
        self._target = lru_cache(maxsize=_URLS_REMEMBERED)(self._checked_target)
        self._is_inside = lru_cache(maxsize=_URLS_REMEMBERED)(self._is_opened)
        self._session: ClientSession | None = None
        self._resolver: GuardedResolver | None = None

    async def start(self) -> None:
        """Open the session; nothing is sent yet."""
        self._resolver = GuardedResolver(self._given_resolver or SystemResolver(), self._guard)
        connector = TCPConnector(
            ssl=self._ssl_context or _verifying(ssl.create_default_context()),
            resolver=self._resolver,
            socket_factory=self._guarded_socket,
            use_dns_cache=self._lookup_seconds > 0,
            ttl_dns_cache=self._lookup_seconds,
            limit=_CONNECTIONS,
            limit_per_host=_CONNECTIONS_PER_HOST,
            keepalive_timeout=_KEEP_ALIVE_SECONDS,
        )
        self._session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            raise_for_status=False,
            headers={"User-Agent": "modelbook", "Accept": "*/*"},
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
            max_headers=_HEADERS,
            request_class=TimedRequest,
        )

    async def close(self) -> None:
        """Close all connections; calls under way fail."""
        if self._session is not None:
            await self._session.close()
        if self._resolver is not None:
            await self._resolver.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def checked(self, url: str) -> Endpoint:
        try:
            target = read_base(url)
            self._guard.check_target(target)
        except ValueError as error:
            raise EndpointRefused(_POINTER, str(error)) from error
        return Endpoint(url=str(target.url), origin=target.origin)

    def is_inside(self, url: str) -> bool:
        return self._is_inside(url)

    def _is_opened(self, url: str) -> bool:
        try:
            return self._guard.is_opened(self._target(url))
        except ValueError:
            return False

    async def check_address(self, url: str) -> None:
        if self._resolver is None:
            raise RuntimeError("The way out is not open: start() comes first.")
        try:
            target = self._target(url)
        except ValueError as error:
            raise EndpointRefused(_POINTER, str(error)) from error
        if target.host.address is not None:
            return
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                await self._resolver.resolve(target.host.name, target.port)
        except AddressRefused as error:
            raise EndpointRefused(_POINTER, str(error)) from error
        except (OSError, TimeoutError) as error:
            raise EndpointRefused(_POINTER, f"The name {target.host.name} cannot be looked up.") from error

    async def request(self, request: OutboundRequest) -> OutboundResponse:
        if request.total_seconds is None:
            raise ValueError("Only a stream may go without a bound on its whole time.")
        attempt = self._attempt(request)
        try:
            async with asyncio.timeout(request.total_seconds):
                response = await self._send(request, attempt, is_stream=False)
                try:
                    content = await whole_body(
                        response, max_bytes=request.max_bytes, idle_seconds=request.read_idle_seconds
                    )
                finally:
                    # When the body was read to its end, the connection is already back in its pool.
                    if not response.closed:
                        response.close()
        except FAILURES as error:
            raise failure(error, attempt) from None
        return OutboundResponse(
            status=response.status,
            headers=answer_headers(response),
            body=content,
            timings=attempt.timings,
            total_ms=round(attempt.elapsed_ms, 3),
        )

    @asynccontextmanager
    async def stream(self, request: OutboundRequest) -> AsyncGenerator[OutboundStream]:
        attempt = self._attempt(request)
        now = asyncio.get_running_loop().time()
        deadline = NEVER if request.total_seconds is None else now + request.total_seconds
        headers_by = min(deadline, now + request.connect_seconds + request.read_idle_seconds)
        try:
            async with asyncio.timeout_at(headers_by):
                response = await self._send(request, attempt, is_stream=True)
        except FAILURES as error:
            raise failure(error, attempt) from None
        try:
            yield ReadingStream(response, attempt, request, deadline=deadline)
        finally:
            response.close()

    def _attempt(self, request: OutboundRequest) -> Attempt:
        try:
            return Attempt(self._target(request.url))
        except ValueError as error:
            raise OutboundFailure("endpoint_refused", str(error)) from error

    def _checked_target(self, url: str) -> Target:
        target = read_request(url)
        self._guard.check_target(target)
        return target

    async def _send(self, request: OutboundRequest, attempt: Attempt, *, is_stream: bool) -> ClientResponse:
        if self._session is None:
            raise RuntimeError("The way out is not open: start() comes first.")
        try:
            headers = checked_headers(request, is_stream=is_stream)
        except ValueError as error:
            raise OutboundFailure("endpoint_refused", str(error)) from error
        token = current.set(attempt)
        try:
            response = await self._session.request(
                request.method,
                attempt.target.url,
                headers=headers,
                data=encoded_body(request),
                allow_redirects=False,
                timeout=_timeout(request.connect_seconds, _idle_seconds(request)),
            )
        finally:
            current.reset(token)
        attempt.answered = perf_counter()
        return response

    def _guarded_socket(self, address: AddrInfoType) -> socket.socket:
        attempt = current.get()
        try:
            self._guard.check_address(attempt.target.host, str(address[4][0]), int(address[4][1]))
        except AddressRefused:
            attempt.is_refused = True
            raise
        attempt.open_socket()
        return self._open_socket(address)


@lru_cache(maxsize=_TIMEOUTS_REMEMBERED)
def _timeout(connect: float, idle: float | None) -> ClientTimeout:
    return ClientTimeout(connect=connect, sock_read=idle, ceil_threshold=_NEVER_ROUND)


def _idle_seconds(request: OutboundRequest) -> float | None:
    """Return the longest silence, where neither a bound on the whole time nor who reads the stream sees to it."""
    total = request.total_seconds
    return None if total is None or total <= request.read_idle_seconds else request.read_idle_seconds


def _verifying(context: ssl.SSLContext) -> ssl.SSLContext:
    if context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname:
        raise ValueError("The TLS context must verify certificates and host names.")
    context.sslobject_class = TimedHandshake
    return context
