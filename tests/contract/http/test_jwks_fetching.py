"""The keys that tokens are verified with, fetched from where the issuer publishes them."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from application.errors import Unavailable
from entrypoints.token_key_settings import fetched
from tests.http_proxy import forward_proxy

MEBIBYTE = 1024 * 1024


async def answered(body: bytes, *, status: int = 200) -> bytes:
    async def publish(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_get("/jwks.json", publish)
    async with TestServer(app) as issuer:
        return await fetched(str(issuer.make_url("/jwks.json")))


async def test_a_document_that_arrives_in_parts_is_read_to_its_end() -> None:
    published = b'{"keys": []}'.ljust(MEBIBYTE)
    assert await answered(published) == published


@pytest.mark.parametrize(("body", "status"), [(b" " * (MEBIBYTE + 1), 200), (b"", 302), (b"", 404), (b"", 503)])
async def test_what_is_no_document_is_not_taken_for_one(body: bytes, status: int) -> None:
    with pytest.raises(Unavailable):
        await answered(body, status=status)


async def test_an_issuer_that_is_away_is_said_to_be() -> None:
    with pytest.raises(Unavailable, match="cannot be fetched"):
        await fetched("http://127.0.0.1:1/jwks.json")


async def test_it_is_fetched_through_the_operators_proxy() -> None:
    async def publish(_: web.Request) -> web.Response:
        return web.Response(body=b'{"keys": []}')

    app = web.Application()
    app.router.add_get("/jwks.json", publish)
    async with TestServer(app) as issuer, forward_proxy(issuer.port or 0, authorization="Basic bWU6cHc=") as proxy:
        address = f"http://issuer.example:{issuer.port}/jwks.json"
        assert await fetched(address, f"http://me:pw@127.0.0.1:{proxy.port}") == b'{"keys": []}'
    assert proxy.asked == [f"GET {address} HTTP/1.1"]
