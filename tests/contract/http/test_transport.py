import asyncio
import gc
import json
from collections.abc import Awaitable, Callable

import pytest

from tests.contract.http.example_views import THINGS, Things, thing_routes
from tests.http_service import Service, a_token

Serve = Callable[..., Awaitable[Service]]


async def spoken(service: Service, sent: bytes) -> tuple[str, str, bytes]:
    """The status line, the headers and the body that come back for these bytes."""
    host, port = service.runner.addresses[0][:2]
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(sent)
    content = await asyncio.wait_for(reader.read(), timeout=5)
    writer.close()
    await writer.wait_closed()
    head, _, body = content.partition(b"\r\n\r\n")
    status, _, headers = head.decode().partition("\r\n")
    return status, headers.lower(), body


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"hello\r\n\r\n", 400, "malformed-request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "malformed-request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400, "malformed-request"),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
            400,
            "malformed-request",
        ),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431, "headers-too-large"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431, "headers-too-large"),
    ],
)
async def test_what_is_no_request_gets_a_problem(serve: Serve, sent: bytes, status: int, code: str) -> None:
    service = await serve()
    status_line, headers, body = await spoken(service, sent)
    assert status_line.startswith((f"HTTP/1.1 {status}", f"HTTP/1.0 {status}"))
    assert "content-type: application/problem+json" in headers
    assert "x-content-type-options: nosniff" in headers
    document = json.loads(body)
    assert document["code"] == code
    assert f"x-request-id: {document['requestId']}" in headers
    assert [line["log_level"] for line in service.log.lines("malformed request")] == ["info"]
    assert (await service.ask("GET", "/healthz")).status == 200


async def test_two_requests_on_one_connection_are_two_answers(serve: Serve) -> None:
    service = await serve()
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
    status, _, rest = await spoken(service, request + b"\r\n" + request + b"Connection: close\r\n\r\n")
    assert status == "HTTP/1.1 200 OK"
    assert rest.count(b"HTTP/1.1 200 OK") == 1


async def test_requests_in_flight_are_finished_before_the_end(serve: Serve) -> None:
    things = Things(gate=asyncio.Event())
    service = await serve(*thing_routes(things))
    asked = asyncio.create_task(service.ask("POST", THINGS, token=a_token(), json={"name": "a"}))
    await things.entered.wait()
    ended = asyncio.create_task(service.runner.cleanup())
    await asyncio.sleep(0.05)
    assert not ended.done()
    assert things.gate is not None
    things.gate.set()
    assert (await asked).status == 201
    await asyncio.wait_for(ended, timeout=2)


async def test_connections_that_wait_for_their_turn_at_the_end_are_closed(serve: Serve) -> None:
    errors = list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    service = await serve()
    host, port = service.runner.addresses[0][:2]
    lines = await asyncio.gather(*(asyncio.open_connection(host, port) for _ in range(40)))
    await service.runner.cleanup()
    async with asyncio.timeout(5):
        assert await asyncio.gather(*(reader.read() for reader, _ in lines)) == [b""] * 40
    for _, writer in lines:
        writer.close()
    gc.collect()
    assert errors == []


async def test_a_client_that_disconnects_does_not_stop_the_work(serve: Serve) -> None:
    things = Things(gate=asyncio.Event())
    service = await serve(*thing_routes(things))
    asked = asyncio.create_task(service.ask("POST", THINGS, token=a_token(), json={"name": "a"}))
    await things.entered.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert things.gate is not None
    things.gate.set()
    await asyncio.wait_for(service.log.answered.wait(), timeout=2)
    assert things.made == 1
