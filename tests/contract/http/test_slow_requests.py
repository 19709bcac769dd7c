"""Requests that never end, or end too slowly: they are given up, and the connection with them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import product

from entrypoints.http.authorization import Access
from entrypoints.http.compatible_apis.openai_errors import OPENAI_SHAPE
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.routes import MEBIBYTE, route
from tests.at_once import at_once
from tests.contract.http.example_views import THINGS, Thing, Things, thing_routes
from tests.contract.http.raw_connections import connected, held
from tests.http_service import Service, a_token

Serve = Callable[..., Awaitable[Service]]

IMPATIENT = HttpOptions(shutdown_seconds=2.0, read_seconds=0.2)


async def test_a_body_that_never_ends_is_given_up(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()), options=IMPATIENT)

    async def check(length: int | None) -> None:
        async with connected(service) as line:
            await line.begin(THINGS, length=length, token=a_token())
            await line.send(b"1\r\n{\r\n" if length is None else b"{")
            status, headers, document = await line.answer()
            assert (status, document["code"], headers["connection"]) == (408, "request-too-slow", "close")
            assert await line.ended()

    await at_once(check, [(2000,), (None,)])
    assert held(service) == 0
    assert service.log.lines("unforeseen error") == []


async def test_a_body_that_trickles_in_is_given_up(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()), options=IMPATIENT)
    async with connected(service) as line:
        await line.begin(THINGS, length=MEBIBYTE, token=a_token())

        async def trickle() -> None:
            while True:
                await line.send(b" ")
                await asyncio.sleep(0.02)

        trickling = asyncio.create_task(trickle())
        status, _, document = await line.answer()
        trickling.cancel()
        assert (status, document["code"]) == (408, "request-too-slow")


async def test_a_body_that_keeps_coming_for_too_long_is_given_up(serve: Serve) -> None:
    options = replace(IMPATIENT, read_seconds=0.1)
    service = await serve(*thing_routes(Things()), options=options)
    async with connected(service) as line:
        await line.begin(THINGS, length=MEBIBYTE, token=a_token())

        async def pour() -> None:
            while True:
                await line.send(b" " * 2048)
                await asyncio.sleep(0.02)

        pouring = asyncio.create_task(pour())
        # It never is too slow, and would be whole after ten seconds.
        status, _, document = await asyncio.wait_for(line.answer(), timeout=8)
        pouring.cancel()
        assert (status, document["code"]) == (408, "request-too-slow")
    assert held(service) == 0


async def test_each_api_says_so_in_its_own_shape(serve: Serve) -> None:
    path = "/v1/things"
    things = Things()
    api = route("POST", path, things.make_thing, access=Access.VIEWER, problem_shape=OPENAI_SHAPE, body=Thing)
    service = await serve(api, options=IMPATIENT)
    async with connected(service) as line:
        await line.begin(path, length=10, token=a_token())
        status, _, document = await line.answer()
    assert (status, document["error"]["code"]) == (408, "request_too_slow")


async def test_a_slow_body_that_keeps_coming_is_read(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()), options=IMPATIENT)
    sent = json.dumps({"name": "a"}).encode().ljust(8 * 1024)
    async with connected(service) as line:
        await line.begin(THINGS, length=len(sent), token=a_token())
        for start in range(0, len(sent), 1024):
            await line.send(sent[start : start + 1024])
            await asyncio.sleep(0.05)
        status, _, _ = await line.answer()
    assert status == 201


async def test_headers_that_never_end_are_given_up(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()), options=IMPATIENT)

    async def check(before: int, trickles: bool) -> None:
        async with connected(service) as line:
            for _ in range(before):
                await line.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                assert (await line.answer())[0] == 200

            async def trickle() -> None:
                await line.send(b"GET /healthz HTTP/1.1\r\nX: ")
                while trickles:
                    await line.send(b"a")
                    await asyncio.sleep(0.02)

            trickling = asyncio.create_task(trickle())
            status, _, document = await line.answer()
            trickling.cancel()
            assert (status, document["code"]) == (408, "headers-too-slow")
            assert await line.ended()

    await at_once(check, product((0, 1), (False, True)))


async def test_headers_in_pieces_are_read(serve: Serve) -> None:
    service = await serve(*thing_routes(Things()), options=IMPATIENT)
    async with connected(service) as line:
        for piece in (b"GET /hea", b"lthz HTTP/1.1\r\n", b"Host: a\r\n", b"\r\n"):
            await line.send(piece)
            await asyncio.sleep(0.02)
        assert (await line.answer())[0] == 200
        # Between requests nothing is awaited.
        await asyncio.sleep(0.25)
        await line.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await line.answer())[0] == 200
