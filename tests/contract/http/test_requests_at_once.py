"""Requests that come at the same moment on many connections."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from entrypoints.http import reading_turns
from tests.contract.http.example_views import THINGS, Things, thing_routes
from tests.contract.http.raw_connections import connected, held
from tests.http_service import Service, a_token


@pytest.mark.parametrize("at_once", [1, reading_turns.PARSED_AT_ONCE])
async def test_each_is_read_whole_and_in_its_order(
    serve: Callable[..., Awaitable[Service]], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(reading_turns, "PARSED_AT_ONCE", at_once)
    service = await serve(*thing_routes(Things()))
    pieces = [b'{"na', b'me":', b'"a"}']
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(connected(service)) for _ in range(30)]
        for _ in range(2):
            await asyncio.gather(*(line.begin(THINGS, length=12, token=a_token()) for line in lines))
            for piece in pieces:
                await asyncio.gather(*(line.send(piece) for line in lines))
                # They come one by one: each waits for its turn, or for the one before.
                await asyncio.sleep(0)
            gone = await stack.enter_async_context(connected(service))
            await gone.send(b"GET ")
            gone.writer.transport.abort()
            answers = await asyncio.gather(*(line.answer() for line in lines))
            assert [status for status, _, _ in answers] == [201] * len(lines)
    assert held(service) == 0
