"""Long answers are sent in pieces, and arrive whole."""

import asyncio

import pytest
from aiohttp import ClientSession, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from entrypoints.http.long_answers import PIECE, in_pieces


async def _answered(method: str, content: bytes) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of an answer."""

    async def answer(_: web.BaseRequest) -> web.Response:
        response = web.Response(body=content, content_type="application/json")
        in_pieces(response)
        return response

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        async with ClientSession() as client, client.request(method, f"http://{host}:{port}/") as response:
            return dict(response.headers), await response.read()
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("length", [0, 1, PIECE, PIECE + 1, 3 * PIECE, 5 * PIECE - 1])
async def test_an_answer_arrives_whole(length: int) -> None:
    content = bytes(number % 251 for number in range(length))
    headers, body = await _answered("GET", content)
    assert body == content
    assert headers["Content-Length"] == str(length)
    assert headers["Content-Type"] == "application/json"


async def test_a_head_has_the_length_alone() -> None:
    headers, body = await _answered("HEAD", b"x" * (PIECE + 1))
    assert body == b""
    assert headers["Content-Length"] == str(PIECE + 1)


def test_a_short_answer_stays_as_it_is() -> None:
    response = web.Response(body=b"x" * PIECE)
    in_pieces(response)
    assert response.body == b"x" * PIECE


async def test_others_have_a_turn_after_each_piece() -> None:
    happened: list[str] = []

    class Writer(AbstractStreamWriter):
        async def write(self, chunk: object) -> None:
            assert isinstance(chunk, bytes)
            happened.append(f"{len(chunk)}")

        async def write_eof(self, chunk: bytes = b"") -> None: ...

        async def drain(self) -> None: ...

        def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None: ...

        def enable_chunking(self) -> None: ...

        async def write_headers(self, status_line: str, headers: object) -> None: ...

    async def other() -> None:
        while len(happened) < 6:
            happened.append("other")
            await asyncio.sleep(0)

    response = web.Response(body=b"x" * (2 * PIECE + 1))
    in_pieces(response)
    assert isinstance(response.body, Payload)
    others = asyncio.create_task(other())
    await response.body.write(Writer())
    await others
    assert happened == [f"{PIECE}", "other", f"{PIECE}", "other", "1", "other"]
