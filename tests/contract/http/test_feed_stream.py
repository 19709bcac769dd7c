"""A stream of events as it goes over the wire: signs of life, an end that says why, and no patience without end."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from application.feed.event_feed import FeedEvent
from entrypoints.http.routes import routes_of
from entrypoints.http.transport import UNANSWERED_SECONDS
from entrypoints.http.views.feed import FeedOptions, FeedViews
from tests.contract.http.raw_connections import connected
from tests.external_tools import missing
from tests.http_service import Service, a_limiter, a_token, serving

Batches = AsyncGenerator[tuple[int, Sequence[FeedEvent]]]

EVENTS = "/api/ai/events"


def _event(position: int) -> FeedEvent:
    return FeedEvent(
        position=position,
        topic="model.renamed",
        aggregate_id=UUID(int=7),
        revision=2,
        actor="user-1",
        recorded_at=datetime(2026, 1, 2, 12, 0, tzinfo=UTC),
    )


async def _three(_: UUID, after: int | None, *, endless: bool) -> Batches:
    start = 10 if after is None else after
    yield start, ()
    yield start + 3, [_event(start + 1), _event(start + 2), _event(start + 3)]
    if endless:
        await asyncio.sleep(3600)


async def _flood(_: UUID, after: int | None, *, endless: bool) -> Batches:
    assert endless
    position = after or 0
    yield position, ()
    while True:
        position += 500
        yield position, [_event(number) for number in range(position - 499, position + 1)]


async def _asked(
    service: Service, query: str = "", *, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, str]:
    reply = await service.ask(method, EVENTS + query, token=a_token(), headers=headers)
    return reply.status, reply.content.decode()


def _views(follow: Callable[..., Batches], **options: float) -> FeedViews:
    return FeedViews(follow=follow, options=FeedOptions(**options))


async def test_events_have_their_position_as_id_and_the_stream_an_end() -> None:
    async with serving(routes_of(_views(_three))) as service:
        status, text = await _asked(service, "?follow=false")
    assert status == 200
    begin, *events, end, rest = text.split("\n\n")
    assert (begin, rest) == ("retry: 1000\nid: 10", "")
    assert [event.partition("\n")[0] for event in events] == ["id: 11", "id: 12", "id: 13"]
    assert events[0].partition("\n")[2] == (
        'data: {"sequence":11,"position":11,"type":"model.renamed",'
        '"aggregateId":"00000000-0000-0000-0000-000000000007","revision":2,"at":"2026-01-02T12:00:00Z","actor":"user-1"}'
    )
    assert end == 'event: end\ndata: {"reason":"complete"}'


@pytest.mark.parametrize(
    ("query", "headers", "first"),
    [
        ("?follow=false&after=0", {}, 0),
        ("?follow=false&after=5", {}, 5),
        ("?follow=false&after=5", {"Last-Event-ID": "7"}, 7),
        ("?follow=false", {"Last-Event-ID": "7"}, 7),
        ("?follow=false", {"Last-Event-ID": ""}, 10),
    ],
)
async def test_it_begins_where_the_client_left_off(query: str, headers: dict[str, str], first: int) -> None:
    async with serving(routes_of(_views(_three))) as service:
        _, text = await _asked(service, query, headers=headers)
    assert text.startswith(f"retry: 1000\nid: {first}\n\nid: {first + 1}\n")


@pytest.mark.parametrize(
    ("query", "headers", "pointer"),
    [
        ("?after=-1", {}, "?after"),
        ("?after=x", {}, "?after"),
        ("?follow=maybe", {}, "?follow"),
        ("", {"Last-Event-ID": "-1"}, "Last-Event-ID:"),
        ("", {"Last-Event-ID": "1e3"}, "Last-Event-ID:"),
        ("", {"Last-Event-ID": "9" * 19}, "Last-Event-ID:"),
        ("", {"Last-Event-ID": "\u0663".encode().decode("latin-1")}, "Last-Event-ID:"),
    ],
)
async def test_a_place_that_cannot_be_is_refused(query: str, headers: dict[str, str], pointer: str) -> None:
    async with serving(routes_of(_views(_three))) as service:
        reply = await service.ask("GET", EVENTS + query, token=a_token(), headers=headers)
    assert reply.status == 422
    assert [error["pointer"] for error in reply.document["errors"]] == [pointer]


async def test_head_says_what_would_come_and_ends() -> None:
    async with serving(routes_of(_views(_three))) as service:
        reply = await service.ask("HEAD", EVENTS, token=a_token())
    assert (reply.status, reply.content) == (200, b"")
    assert reply.headers["Content-Type"] == "text/event-stream; charset=utf-8"


async def test_a_silent_stream_shows_that_it_lives_and_has_to_be_renewed() -> None:
    async with serving(routes_of(_views(_three, heartbeat=0.02, longest=0.15))) as service:
        _, text = await _asked(service)
    assert text.count(": alive\n\n") >= 3
    assert text.endswith('event: end\ndata: {"reason":"renew"}\n\n')


async def test_a_client_that_does_not_keep_up_is_told_and_let_go() -> None:
    async with serving(routes_of(_views(_flood, patience=0.3))) as service:
        port = int(service.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(f"GET {EVENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {a_token()}\r\n\r\n".encode())
        await writer.drain()
        async with asyncio.timeout(20):
            await service.log.answered.wait()
            received = await _rest(reader)
        writer.close()
    assert b'event: end\ndata: {"reason":"slow"}' in received[-400:]


async def _rest(reader: asyncio.StreamReader) -> bytes:
    received = b""
    while True:
        try:
            part = await reader.read(1 << 20)
        except ConnectionError:
            return received
        if not part:
            return received
        received = (received + part)[-4096:]


@pytest.mark.parametrize("is_reset", [False, True], ids=["closed", "reset"])
async def test_a_follower_that_has_gone_without_a_word_counts_no_longer(is_reset: bool) -> None:
    ended = asyncio.Event()

    async def quiet(*_: object, **__: object) -> Batches:
        try:
            yield 0, ()
            await asyncio.sleep(3600)
        finally:
            ended.set()

    async with serving(routes_of(_views(quiet)), limiter=a_limiter(followers=1)) as service:
        asking = f"GET {EVENTS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {a_token()}\r\n\r\n".encode()
        async with connected(service) as line:
            await line.send(asking)
            await line.begun()
            reply = await service.ask("GET", EVENTS, token=a_token())
            assert (reply.status, reply.document["quota"]) == (429, "followers")
            # Others have followers of their own, and the organization continues with everything else.
            if is_reset:
                line.writer.transport.abort()
        # Long before the next sign of life.
        async with asyncio.timeout(5):
            await ended.wait()
        async with connected(service) as line:
            await line.send(asking)
            assert await line.begun() == 200


async def test_the_system_gives_up_a_follower_that_answers_nothing_any_more() -> None:
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        missing("Giving up who answers nothing needs the option TCP_USER_TIMEOUT of the system.")
    async with serving(routes_of(_views(_flood))) as service, connected(service) as line:
        await line.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        await line.begun()
        assert service.runner.server is not None
        (connection,) = service.runner.server.connections
        assert connection.transport is not None
        held = connection.transport.get_extra_info("socket")
        # macOS has no such option.
        option = getattr(socket, "TCP_USER_TIMEOUT", None)
        assert option is None or held.getsockopt(socket.IPPROTO_TCP, option) == UNANSWERED_SECONDS * 1000
