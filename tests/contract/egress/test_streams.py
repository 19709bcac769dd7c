"""A stream is read while it comes, and leaving it is felt at its other end."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

import pytest

from adapters.egress.guarded_client import Egress
from application.ports.outbound_http import OutboundFailure, OutboundRequest
from tests.at_once import at_once
from tests.contract.egress.loopback import Conversation, Server, serving
from tests.contract.egress.outbound_calls import a_get, egress_to

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
PROMISED = 0.3
SLACK = 1.0


def a_chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


async def endless(conversation: Conversation) -> None:
    await conversation.send(HEAD)
    while True:
        await conversation.send(a_chunk(b"data: {}\n\n"))
        await asyncio.sleep(0.005)


async def falling_silent(conversation: Conversation) -> None:
    await conversation.send(HEAD, a_chunk(b"data: 1\n\n"))
    await conversation.until_closed()


async def rustling(conversation: Conversation) -> None:
    """Send bytes for ever that belong to the framing and to no body."""
    await conversation.send(HEAD, a_chunk(b"data: 1\n\n"), b"5;")
    while True:
        await conversation.send(b"a")
        await asyncio.sleep(0.02)


async def never_beginning(conversation: Conversation) -> None:
    while True:
        await conversation.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.02)


async def read_all(egress: Egress, request: OutboundRequest) -> bytes:
    async with egress.stream(request) as stream:
        return b"".join([chunk async for chunk in stream.chunks()])


def a_stream(server: Server) -> OutboundRequest:
    return a_get(server.url(), total_seconds=None)


async def test_events_are_handed_on_when_they_come_and_not_later() -> None:
    go_on = asyncio.Event()

    async def handle(conversation: Conversation) -> None:
        await conversation.send(HEAD, a_chunk(b"data: 1\n\n"))
        await go_on.wait()
        await conversation.send(a_chunk(b"data: 2\n\n"), b"0\r\n\r\n")

    async with serving(handle) as server, egress_to(server) as egress, egress.stream(a_stream(server)) as stream:
        chunks = stream.chunks()
        assert await anext(chunks) == b"data: 1\n\n"
        go_on.set()
        assert [chunk async for chunk in chunks] == [b"data: 2\n\n"]
        assert b"Accept-Encoding: identity" in server.requests[0]


async def test_a_line_may_be_longer_than_any_buffer() -> None:
    async def handle(conversation: Conversation) -> None:
        await conversation.send(HEAD, *[a_chunk(b"a" * 65_536)] * 48, b"0\r\n\r\n")

    async with serving(handle) as server, egress_to(server) as egress:
        assert await read_all(egress, a_stream(server)) == b"a" * 65_536 * 48


async def test_leaving_a_stream_closes_its_connection() -> None:
    async with serving(endless) as server, egress_to(server) as egress:
        async with egress.stream(a_stream(server)) as stream:
            assert await anext(stream.chunks())
        await asyncio.wait_for(server.closed_by_client.wait(), 5)


async def test_cancelling_a_reader_closes_the_connection() -> None:
    async with serving(endless) as server, egress_to(server) as egress:
        reading = asyncio.create_task(read_all(egress, a_stream(server)))
        await server.has_request.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await asyncio.wait_for(server.closed_by_client.wait(), 5)


async def test_cancelling_a_call_that_waits_closes_the_connection() -> None:
    async def handle(conversation: Conversation) -> None:
        await conversation.until_closed()
        raise ConnectionError

    async with serving(handle) as server, egress_to(server) as egress:
        waiting = asyncio.create_task(egress.request(a_get(server.url())))
        await server.has_request.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.wait_for(server.closed_by_client.wait(), 5)


async def test_an_error_of_the_reader_passes_unchanged() -> None:
    async with serving(endless) as server, egress_to(server) as egress:
        with pytest.raises(KeyError, match="mine"):
            async with egress.stream(a_stream(server)):
                raise KeyError("mine")
        await asyncio.wait_for(server.closed_by_client.wait(), 5)


async def test_a_stream_that_was_read_to_its_end_gives_its_connection_back() -> None:
    async def handle(conversation: Conversation) -> None:
        await conversation.send(HEAD, a_chunk(b"1"), b"0\r\n\r\n")
        await conversation.read_request()
        await conversation.send(HEAD, a_chunk(b"2"), b"0\r\n\r\n")

    async with serving(handle) as server, egress_to(server) as egress:
        assert [await read_all(egress, a_stream(server)) for _ in range(2)] == [b"1", b"2"]
    assert server.connections == 1


async def test_the_silence_of_a_stream_is_bounded_and_its_whole_time_when_it_shall_be() -> None:
    async def check(handle: Callable[[Conversation], Awaitable[None]], total_seconds: float | None) -> None:
        async with serving(handle) as server, egress_to(server) as egress:
            started = perf_counter()
            with pytest.raises(OutboundFailure) as error:
                await read_all(
                    egress,
                    a_get(server.url(), total_seconds=total_seconds, connect_seconds=0.1, read_idle_seconds=PROMISED),
                )
        assert error.value.failure.category == "timeout"
        assert PROMISED * 0.9 < perf_counter() - started < PROMISED + SLACK

    await at_once(check, [(falling_silent, None), (rustling, None), (never_beginning, None), (endless, PROMISED)])


async def test_a_stream_that_breaks_off_is_noticed() -> None:
    async def handle(conversation: Conversation) -> None:
        await conversation.send(HEAD, a_chunk(b"data: 1\n\n"))

    async with serving(handle) as server, egress_to(server) as egress, egress.stream(a_stream(server)) as stream:
        chunks = stream.chunks()
        assert await anext(chunks) == b"data: 1\n\n"
        with pytest.raises(OutboundFailure) as error:
            await anext(chunks)
    assert error.value.failure.category == "unexpected_body"
