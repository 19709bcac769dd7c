"""The guarded HTTP client."""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from time import perf_counter
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from aiohttp import (
    AddrInfoType,
    ClientHttpProxyError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.call_timings import Attempt, TimedHandshake, TimedRequest, current
from adapters.egress.egress_proxy import EgressProxy, ProxyChoice, ProxyOptions, proxy_options
from adapters.egress.egress_rules import AddressRefused, EgressRules
from adapters.egress.guarded_resolver import GuardedResolver, SystemResolver
from adapters.egress.name_cache import NameCache, caller_or_nobody
from adapters.egress.outbound_failures import FAILURES, failure
from adapters.egress.outgoing_request import checked_headers, encoded_body
from adapters.egress.response_body import NEVER, complete_body, whole_body
from adapters.egress.response_memory import ResponseMemory
from adapters.egress.response_stream import ReadingStream, answer_headers
from adapters.egress.url_parsing import Target, read_base, read_request
from application.bounds.shares import Shares
from application.errors import EndpointRefused
from application.ports.outbound_http import OutboundFailure, OutboundRequest, OutboundResponse, OutboundStream
from application.turns import Turns
from domain.provider.values import Endpoint

_POINTER: Final = "/endpoint"
_SHARE: Final = "outboundConnections"
# Below the minute after which usual load balancers close a silent connection.
_KEEP_ALIVE_SECONDS: Final = 30.0
_LOOKUP_SECONDS: Final = 10
_CHECK_SECONDS: Final = 5.0
_URLS_REMEMBERED: Final = 1_024
_TIMEOUTS_REMEMBERED: Final = 256
_HEADER_BYTES: Final = 16_384
_PROXY_WANTS_PASSWORD: Final = 407
_HEADERS: Final = 128
# The client rounds longer times up to whole seconds; ours are promises.
_NEVER_ROUND: Final = float("inf")


def _plain_socket(address: AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    return socket.socket(family, kind, protocol)


class Egress:
    """Calls what `EgressRules` lets through, over one session for the whole worker; implements `Outbound`.

    Start it inside the running loop and close it there, or use it as an asynchronous context manager. TLS is verified
    by the system's certificates or by those of `ssl_context`, which the client marks to time its handshakes.
    `resolver` and `open_socket` are behind the guard; they see only what it let through. Calls that `ProxyChoice`
    names go through the `proxy`, whose own address is the operator's choice and is not judged. With `shares`, each
    organization has so many connections and look-ups of names, and no other waits for its.
    """

    def __init__(
        self,
        allow: EgressAllowList | None = None,
        proxy: EgressProxy | None = None,
        *,
        ssl_context: ssl.SSLContext | None = None,
        resolver: AbstractResolver | None = None,
        open_socket: Callable[[AddrInfoType], socket.socket] = _plain_socket,
        lookup_seconds: int = _LOOKUP_SECONDS,
        shares: Shares | None = None,
    ) -> None:
        """Take the allow list; names are remembered for `lookup_seconds`.

        Raises:
            ValueError: the TLS context does not verify.
        """
        self._guard = EgressRules(allow or EgressAllowList())
        self._ssl_context = None if ssl_context is None else _verifying(ssl_context)
        self._given_resolver = resolver
        self._open_socket = open_socket
        self._lookup_seconds = lookup_seconds
        self._shares = shares
        self._large_answers = Turns()
        # A URL is judged once; the addresses behind it are judged on each new connection.
        self._target = lru_cache(maxsize=_URLS_REMEMBERED)(self._checked_target)
        self._is_inside = lru_cache(maxsize=_URLS_REMEMBERED)(self._is_opened)
        self._proxy = proxy
        self._proxy_choice: ProxyChoice | None = None
        self._proxied_session: ClientSession | None = None
        self._session: ClientSession | None = None
        self._resolver: NameCache | None = None
        self._names_of_proxy: NameCache | None = None

    async def start(self) -> None:
        """Open the session; nothing is sent yet."""
        names = GuardedResolver(self._given_resolver or SystemResolver(self._shares), self._guard)
        self._resolver = NameCache(names, self._lookup_seconds)
        tls = self._ssl_context or _verifying(ssl.create_default_context())
        self._session = self._new_session(tls, self._resolver, self._guarded_socket)
        if self._proxy is not None:
            self._proxy_choice = ProxyChoice(self._proxy, self._resolver)
            self._names_of_proxy = NameCache(SystemResolver(), self._lookup_seconds)
            self._proxied_session = self._new_session(tls, self._names_of_proxy, self._socket_to_proxy)

    def _new_session(
        self, tls: ssl.SSLContext, resolver: AbstractResolver, open_socket: Callable[[AddrInfoType], socket.socket]
    ) -> ClientSession:
        connector = TCPConnector(
            ssl=tls,
            resolver=resolver,
            socket_factory=open_socket,
            # Each organization has its share of connections; a limit for all would have them wait for each other.
            use_dns_cache=False,
            limit=0,
            keepalive_timeout=_KEEP_ALIVE_SECONDS,
        )
        return ClientSession(
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
        for session in (self._session, self._proxied_session):
            if session is not None:
                await session.close()
        for resolver in (self._resolver, self._names_of_proxy):
            if resolver is not None:
                await resolver.close()

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

    def checked_receiver(self, url: str) -> Endpoint:
        try:
            target = self._checked_target(url)
        except ValueError as error:
            raise EndpointRefused("/url", str(error)) from error
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

    def _memory_for(self, request: OutboundRequest, holder: UUID | None) -> ResponseMemory:
        # Whoever sends something waits for its answer; lists of models are fetched from many providers at once.
        return ResponseMemory(self._shares, holder, self._large_answers if request.method == "POST" else None)

    async def request(self, request: OutboundRequest) -> OutboundResponse:
        if request.total_seconds is None:
            raise ValueError("Only a stream may go without a bound on its whole time.")
        attempt = self._attempt(request)
        try:
            async with asyncio.timeout(request.total_seconds):
                holder = await self._hold_connection(request, attempt)
                try:
                    response = await self._send(request, attempt, is_stream=False)
                    try:
                        content = complete_body(response, request.max_bytes)
                        if content is None:
                            content = await whole_body(
                                response,
                                max_bytes=request.max_bytes,
                                idle_seconds=request.read_idle_seconds,
                                keep=self._memory_for(request, holder).add,
                            )
                    finally:
                        # When the body was read to its end, the connection is already back in its pool.
                        if not response.closed:
                            response.close()
                finally:
                    self._give_connection_back(holder)
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
        holder = await self._hold_connection(request, attempt)
        try:
            response = await self._begun(request, attempt, headers_by)
            try:
                yield ReadingStream(response, attempt, request, deadline=deadline)
            finally:
                response.close()
        finally:
            self._give_connection_back(holder)

    async def _begun(self, request: OutboundRequest, attempt: Attempt, headers_by: float) -> ClientResponse:
        """Return the response to a stream's request, whose headers have to come by a time of the loop."""
        try:
            async with asyncio.timeout_at(headers_by):
                return await self._send(request, attempt, is_stream=True)
        except FAILURES as error:
            raise failure(error, attempt) from None

    async def _hold_connection(self, request: OutboundRequest, attempt: Attempt) -> UUID | None:
        """Take one of the organization's connections, and return whose it is, for giving it back.

        Raises:
            OutboundFailure: none has become free in the time that there is for connecting.
        """
        organization_id = caller_or_nobody()
        if self._shares is None or organization_id is None:
            return None
        if self._shares.has_room(_SHARE, organization_id):
            self._shares.add(_SHARE, organization_id, 1)
            return organization_id
        try:
            async with asyncio.timeout(request.connect_seconds):
                await self._shares.take(_SHARE, organization_id)
        except TimeoutError:
            message = "Your organization has as many calls to providers under way as it may, and none of them ends."
            raise OutboundFailure("timeout", message, timings=attempt.timings) from None
        return organization_id

    def _give_connection_back(self, holder: UUID | None) -> None:
        if self._shares is not None and holder is not None:
            self._shares.add(_SHARE, holder, -1)

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
            session, options = self._session, ProxyOptions()
            if self._proxy_choice is not None and await self._proxy_choice.uses_proxy(attempt.target):
                session, options = self._proxied(attempt)
            response = await session.request(
                request.method,
                attempt.target.url,
                **options | {"headers": headers | options.get("headers", {})},
                data=encoded_body(request),
                allow_redirects=False,
                timeout=_timeout(request.connect_seconds, _idle_seconds(request)),
            )
        finally:
            current.reset(token)
        if attempt.is_proxied and attempt.target.scheme == "http" and response.status == _PROXY_WANTS_PASSWORD:
            response.close()
            raise ClientHttpProxyError(response.request_info, (), status=response.status)
        attempt.answered = perf_counter()
        return response

    def _proxied(self, attempt: Attempt) -> tuple[ClientSession, ProxyOptions]:
        if self._proxy is None or self._proxied_session is None:
            raise RuntimeError("The way out is not open: start() comes first.")
        attempt.is_proxied = True
        return self._proxied_session, proxy_options(self._proxy, attempt.target.scheme)

    def _socket_to_proxy(self, address: AddrInfoType) -> socket.socket:
        current.get().open_socket()
        return self._open_socket(address)

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
