"""What the bodies of requests may cost: bytes that are held, and time in which nobody else is answered."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Annotated
from uuid import UUID

import pytest
from aiohttp import web
from pydantic import AfterValidator

from entrypoints.http.authorization import Access
from entrypoints.http.field_types import Body
from entrypoints.http.http_options import HttpOptions
from entrypoints.http.json_responses import json_response
from entrypoints.http.parse_request import json_body
from entrypoints.http.request_bodies import LARGE
from entrypoints.http.request_context import RequestContext, context_of
from entrypoints.http.routes import MEBIBYTE, Route, route
from tests.contract.http.example_views import THINGS, Things, thing_routes
from tests.contract.http.raw_connections import connected, held, until_held
from tests.http_service import ORGANIZATION, OTHER_ORGANIZATION, Service, a_limiter, a_token

Serve = Callable[..., Awaitable[Service]]

THIRD_ORGANIZATION = UUID("cccccccc-0000-4000-8000-000000000003")
PIECE = 64 * 1024
SMALL = HttpOptions(shutdown_seconds=2.0, most_body_bytes=24 * PIECE)
FEW = 16 * PIECE

entered = threading.Event()
gate = threading.Event()


def _held_up(name: str) -> str:
    entered.set()
    assert gate.wait(timeout=10), "nobody opened the gate"
    return name


class HeldUp(Body):
    """A body that takes as long to validate as the test wants."""

    name: Annotated[str, AfterValidator(_held_up)]


async def take_held_up(request: web.Request) -> web.Response:
    """Take it"""
    return json_response({"length": len((await json_body(request, HeldUp)).name)})


async def take_after_hang_up(request: web.Request) -> web.Response:
    """Take it once nobody is there any more"""
    async with asyncio.timeout(5):
        while request.transport is not None:  # noqa: ASYNC110 - aiohttp tells nobody
            await asyncio.sleep(0.01)
    return json_response({"length": len((await json_body(request, HeldUp)).name)})


def routes() -> list[Route]:
    after_hang_up = route("POST", "/after-hang-up", take_after_hang_up, access=Access.VIEWER, body=HeldUp)
    held_up = route("POST", "/held-up", take_held_up, access=Access.VIEWER, body=HeldUp)
    return [*thing_routes(Things()), held_up, after_hang_up]


async def test_others_are_answered_while_a_large_body_is_validated(serve: Serve) -> None:
    service = await serve(*routes())
    entered.clear()
    gate.clear()
    large = asyncio.create_task(service.ask("POST", "/held-up", token=a_token(), json={"name": "a" * LARGE}))
    try:
        assert await asyncio.to_thread(entered.wait, 10), "the body was never validated"
        assert (await asyncio.wait_for(service.ask("GET", THINGS, token=a_token()), timeout=5)).status == 200
        assert not large.done()
    finally:
        gate.set()
    assert (await large).document == {"length": LARGE}


async def test_an_organization_works_on_one_large_body_at_a_time(serve: Serve) -> None:
    service = await serve(*routes())
    entered.clear()
    gate.clear()
    body = {"name": "a" * LARGE}
    asked = [asyncio.create_task(service.ask("POST", "/held-up", token=a_token(), json=body)) for _ in range(5)]
    try:
        assert await asyncio.to_thread(entered.wait, 10), "the body was never validated"
        foreign = a_token(organization_id=OTHER_ORGANIZATION)
        large = {"name": "a" * 200, "config": {"text": "b" * LARGE}}
        assert (await service.ask("POST", THINGS, token=foreign, json=large)).status == 201
        assert not any(each.done() for each in asked)
    finally:
        gate.set()
    assert [(await each).status for each in asked] == [200] * 5


async def test_a_large_body_goes_with_its_request(serve: Serve) -> None:
    contexts = list[RequestContext]()

    async def take(request: web.Request) -> web.Response:
        """Take it"""
        contexts.append(context_of(request))
        return await take_held_up(request)

    gate.set()
    service = await serve(route("POST", "/large", take, access=Access.VIEWER, body=HeldUp))
    assert (await service.ask("POST", "/large", token=a_token(), json={"name": "a" * LARGE})).status == 200
    assert [context.body for context in contexts] == [None]


async def test_countless_values_are_refused(serve: Serve) -> None:
    service = await serve(*routes())
    sent = b"[" + b"[]," * (MEBIBYTE // 3 - 1) + b"[]"
    reply = await service.ask("POST", THINGS, token=a_token(), data=sent, headers={"Content-Type": "application/json"})
    assert (reply.status, reply.document["code"]) == (413, "too-many-values")


@pytest.mark.parametrize("length", [MEBIBYTE, None], ids=["length", "chunked"])
async def test_bytes_in_flight_are_bounded(serve: Serve, length: int | None) -> None:
    service = await serve(*routes(), options=SMALL, limiter=a_limiter(bodyBytes=FEW))
    piece = b" " * PIECE
    if length is None:
        piece = f"{PIECE:x}\r\n".encode() + piece + b"\r\n"

    async def hold(organization_id: UUID, pieces: int) -> None:
        line = await stack.enter_async_context(connected(service))
        before = held(service)
        await line.begin(THINGS, length=length, token=a_token(organization_id=organization_id))
        for _ in range(pieces):
            await line.send(piece)
        await until_held(service, before + pieces * PIECE)

    async with AsyncExitStack() as stack:
        await hold(ORGANIZATION, 8)
        for _ in range(10):
            refused = await stack.enter_async_context(connected(service))
            await refused.begin(THINGS, length=length, token=a_token())
            for _ in range(9):
                await refused.send(piece)
            status, headers, document = await refused.answer()
            assert (status, document["code"], headers["retry-after"]) == (429, "bodies-too-large", "1")
            assert held(service) == 8 * PIECE
        await hold(OTHER_ORGANIZATION, 8)
    await until_held(service, 0)
    assert (await service.ask("POST", THINGS, token=a_token(), json={"name": "a"})).status == 201


async def test_all_organizations_together_are_bounded(serve: Serve) -> None:
    service = await serve(*routes(), options=SMALL, limiter=a_limiter(bodyBytes=FEW))
    async with connected(service) as first, connected(service) as second, connected(service) as third:
        for line, organization_id in ((first, ORGANIZATION), (second, OTHER_ORGANIZATION)):
            await line.begin(THINGS, length=10 * PIECE, token=a_token(organization_id=organization_id))
            await line.send(b" " * (9 * PIECE))
        await until_held(service, 18 * PIECE)
        await third.begin(THINGS, length=7 * PIECE, token=a_token(organization_id=THIRD_ORGANIZATION))
        status, headers, document = await third.answer()
        assert (status, document["code"], headers["retry-after"]) == (503, "service-busy", "1")
        small = await service.ask("POST", THINGS, token=a_token(organization_id=THIRD_ORGANIZATION), json={"name": "a"})
        assert small.status == 201


async def test_no_body_is_requested_before_the_caller_is_known(serve: Serve) -> None:
    service = await serve(*routes(), options=SMALL, limiter=a_limiter(bodyBytes=FEW))
    async with connected(service) as line:
        await line.begin(THINGS, length=MEBIBYTE, token=None)
        assert (await line.answer())[0] == 401
        assert held(service) == 0


async def test_what_anybody_may_send_is_small(serve: Serve) -> None:
    async def take(request: web.Request) -> web.Response:
        """Take it"""
        return json_response((await json_body(request, HeldUp)).name)

    service = await serve(route("POST", "/open", take, access=Access.PUBLIC, body=HeldUp))
    reply = await service.ask("POST", "/open", json={"name": "a" * PIECE})
    assert (reply.status, reply.document["largestBody"]) == (413, PIECE)


@pytest.mark.parametrize("more", ["", "Idempotency-Key: k1\r\n"], ids=["plain", "with a key"])
@pytest.mark.parametrize("length", [2000, None], ids=["length", "chunked"])
async def test_a_client_that_hangs_up_is_one_quiet_line(
    serve: Serve, caplog: pytest.LogCaptureFixture, length: int | None, more: str
) -> None:
    service = await serve(*routes())
    async with connected(service) as line:
        await line.begin(THINGS, length=length, token=a_token(), more=more)
        await line.send(b'4\r\n{"na\r\n' if length is None else b'{"name')
        await until_held(service, 4 if length is None else 6)
        line.writer.transport.abort()
        await asyncio.wait_for(service.log.answered.wait(), timeout=5)
    (only,) = service.log.capture.entries
    assert (only["event"], only["log_level"], only["status"]) == ("request", "debug", 499)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert held(service) == 0
    again = await service.ask("POST", THINGS, token=a_token(), json={"name": "a"}, headers={"Idempotency-Key": "k1"})
    assert again.status == 201


@pytest.mark.parametrize("length", [12, None], ids=["with a length", "in chunks"])
async def test_a_client_that_hangs_up_after_its_whole_body_is_one_quiet_line(serve: Serve, length: int | None) -> None:
    service = await serve(*routes())
    async with connected(service) as line:
        await line.begin("/after-hang-up", length=length, token=a_token())
        await line.send(b'{"name":"a"}' if length else b'c\r\n{"name":"a"}\r\n0\r\n\r\n')
        await asyncio.sleep(0.05)
        line.writer.transport.abort()
        await asyncio.wait_for(service.log.answered.wait(), timeout=5)
    (only,) = service.log.capture.entries
    assert (only["event"], only["log_level"], only["status"]) == ("request", "debug", 499)
    assert held(service) == 0


async def test_a_badly_framed_body_is_a_problem(serve: Serve) -> None:
    service = await serve(*routes())
    async with connected(service) as line:
        await line.begin(THINGS, length=None, token=a_token())
        await line.send(b"1\r\n{\r\n")
        await until_held(service, 1)
        await line.send(b"no number\r\n")
        status, _, document = await line.answer()
        assert (status, document["code"]) == (400, "malformed-body")
    assert service.log.lines("unforeseen error") == []
