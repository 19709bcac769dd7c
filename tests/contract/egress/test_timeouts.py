"""No provider keeps a call waiting for longer than was promised."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from time import perf_counter

import pytest
from aiohttp.abc import ResolveResult

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.guarded_client import Egress
from adapters.egress.guarded_resolver import SystemResolver
from application.ports.outbound_http import OutboundFailure, OutboundRequest
from tests.at_once import at_once
from tests.contract.egress.loopback import HOST, Conversation, Names, serving
from tests.contract.egress.outbound_calls import a_get, a_post, egress_to, failure_of

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PROMISED = 0.2
# What a busy machine may add.
SLACK = 1.0


async def dripping(conversation: Conversation, *parts: bytes, seconds: float = 0.02) -> None:
    while True:
        await conversation.send(*parts)
        await asyncio.sleep(seconds)


async def silent(conversation: Conversation) -> None:
    await conversation.until_closed()


async def dripping_headers(conversation: Conversation) -> None:
    await conversation.send(HEAD)
    await dripping(conversation, b"X: a\r\n")


async def dripping_interim_answers(conversation: Conversation) -> None:
    await dripping(conversation, b"HTTP/1.1 100 Continue\r\n\r\n")


async def dripping_body(conversation: Conversation) -> None:
    await conversation.send(CHUNKED)
    await dripping(conversation, b"1\r\na\r\n")


async def dripping_chunk_size(conversation: Conversation) -> None:
    await conversation.send(CHUNKED, b"5;")
    await dripping(conversation, b"a")


async def half_a_body(conversation: Conversation) -> None:
    await conversation.send(HEAD + b"Content-Length: 100\r\n\r\nhalf")
    await conversation.until_closed()


async def timed_failure(egress: Egress, request: OutboundRequest) -> tuple[OutboundFailure, float]:
    started = perf_counter()
    error = await failure_of(egress, request)
    return error, perf_counter() - started


async def test_the_whole_time_is_bounded_whatever_comes() -> None:
    async def check(handle: Callable[[Conversation], Awaitable[None]], phase: str) -> None:
        async with serving(handle) as server, egress_to(server) as egress:
            error, seconds = await timed_failure(egress, a_get(server.url(), total_seconds=PROMISED))
        assert error.failure.category == "timeout"
        assert phase in error.message
        assert error.was_sent
        assert PROMISED * 0.9 < seconds < PROMISED + SLACK

    await at_once(
        check,
        [
            (silent, "waiting for the answer"),
            (dripping_headers, "waiting for the answer"),
            (dripping_interim_answers, "waiting for the answer"),
            (dripping_body, "reading the answer"),
            (dripping_chunk_size, "reading the answer"),
            (half_a_body, "reading the answer"),
        ],
    )


async def test_silence_is_bounded() -> None:
    async def check(handle: Callable[[Conversation], Awaitable[None]]) -> None:
        async with serving(handle) as server, egress_to(server) as egress:
            request = a_get(server.url(), total_seconds=30, read_idle_seconds=PROMISED)
            error, seconds = await timed_failure(egress, request)
        assert error.failure.category == "timeout"
        assert PROMISED * 0.9 < seconds < PROMISED + SLACK

    await at_once(check, [(silent,), (half_a_body,)])


async def test_a_server_that_reads_nothing_is_bounded() -> None:
    async def handle(conversation: Conversation) -> None:
        conversation.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(30)

    async with serving(handle) as server, egress_to(server) as egress:
        request = a_post(server.url(), {"image": "a" * 20_000_000}, total_seconds=PROMISED)
        error, seconds = await timed_failure(egress, request)
    assert error.failure.category == "timeout"
    assert seconds < PROMISED + SLACK


class HangingNames(Names):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        await asyncio.sleep(30)
        return await super().resolve(host, port, family)


async def test_looking_up_a_name_is_bounded() -> None:
    async def check(request: OutboundRequest) -> None:
        async with Egress(resolver=HangingNames()) as egress:
            error, seconds = await timed_failure(egress, request)
        assert (error.failure.category, error.was_sent) == ("timeout", False)
        assert "looking up the name" in error.message
        assert seconds < PROMISED + SLACK

    await at_once(
        check,
        [
            (a_get("https://api.example.com/", total_seconds=PROMISED),),
            (a_get("https://api.example.com/", total_seconds=30, connect_seconds=PROMISED),),
        ],
    )


async def test_a_tls_handshake_is_bounded() -> None:
    async with serving(silent, reads_request=False) as server, egress_to(server) as egress:
        request = a_get(server.url(scheme="https"), total_seconds=30, connect_seconds=PROMISED)
        error, seconds = await timed_failure(egress, request)
    assert (error.failure.category, error.was_sent) == ("timeout", False)
    assert "agreeing on TLS" in error.message
    assert error.failure.timings.connect_ms is not None
    assert seconds < PROMISED + SLACK


async def test_a_connection_is_bounded() -> None:
    with ExitStack() as sockets:
        listening = sockets.enter_context(socket.socket())
        listening.bind((HOST, 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        # The queue of connections that nobody accepts is full after one or two, and then nobody is answered.
        for _ in range(8):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((HOST, port))
        async with Egress(EgressAllowList.parse(f"{HOST}:{port}")) as egress:
            request = a_get(f"http://{HOST}:{port}/", total_seconds=30, connect_seconds=PROMISED)
            error, seconds = await timed_failure(egress, request)
    assert (error.failure.category, error.was_sent) == ("timeout", False)
    assert "connecting" in error.message
    assert seconds < PROMISED + SLACK


async def test_only_a_stream_may_take_as_long_as_it_likes() -> None:
    async with Egress() as egress:
        with pytest.raises(ValueError, match="Only a stream"):
            await egress.request(a_get("https://api.example.com/", total_seconds=None))


async def test_a_name_that_the_system_knows_is_looked_up() -> None:
    resolver = SystemResolver()
    found = await resolver.resolve("localhost", 443)
    await resolver.close()
    assert {each["host"] for each in found} <= {"127.0.0.1", "::1"}
    assert {each["port"] for each in found} == {443}
