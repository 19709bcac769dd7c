"""Calls that go out through the operator's proxy."""

import base64
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import AddrInfoType

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.egress_proxy import EgressProxy
from adapters.egress.guarded_client import Egress
from tests.contract.egress.certificates import Authority
from tests.contract.egress.loopback import HOST, Conversation, Names, Server, serving
from tests.contract.egress.outbound_calls import a_get, failure_of, trust
from tests.http_proxy import ForwardProxy, forward_proxy

NAME = "api.example.com"
PASSWORD = "Basic " + base64.b64encode("me:pä:w0rd".encode()).decode()
PUBLIC = "93.184.215.14"
URL = f"https://{NAME}/v1/models"


async def answer(conversation: Conversation) -> None:
    await conversation.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    await conversation.send(b"data: 1\n\n", b"data: 2\n\n")


@asynccontextmanager
async def a_way_out(
    folder: Path, *, names: Names, allow: str = "", user: str = "", status: int | None = None, tls: bool = False
) -> AsyncIterator[tuple[Egress, ForwardProxy, Server]]:
    """A provider that has a certificate for its name, a proxy before it, and the client that uses the proxy."""
    authority = Authority(folder)
    authorization = PASSWORD if user else None
    proxy_tls = authority.server(HOST) if tls else None
    async with (
        serving(answer, tls=authority.server(NAME)) as provider,
        forward_proxy(provider.port, authorization=authorization, status=status, tls=proxy_tls) as proxy,
        Egress(
            EgressAllowList.parse(allow),
            EgressProxy.parse(f"{'https' if tls else 'http'}://{user}{HOST}:{proxy.port}"),
            ssl_context=authority.trusting(),
            resolver=names,
        ) as egress,
    ):
        yield egress, proxy, provider


@pytest.mark.parametrize("names", [Names([PUBLIC]), Names()], ids=["known", "known to the proxy alone"])
@pytest.mark.parametrize("tls", [False, True], ids=["http proxy", "https proxy"])
async def test_a_public_provider_is_called_through_a_tunnel(tmp_path: Path, names: Names, tls: bool) -> None:
    async with a_way_out(tmp_path, names=names, tls=tls) as (egress, proxy, provider):
        response = await egress.request(a_get(URL, headers={"Authorization": "Bearer secret"}))
        async with egress.stream(a_get(URL)) as stream:
            pieces = b"".join([chunk async for chunk in stream.chunks()])
        heads = "".join(proxy.heads)
    assert (response.status, response.body, pieces) == (200, b"data: 1\n\ndata: 2\n\n", b"data: 1\n\ndata: 2\n\n")
    assert proxy.asked == [f"CONNECT {NAME}:443 HTTP/1.1"] * 2
    assert "secret" not in heads
    assert b"Bearer secret" in provider.requests[0]
    assert response.timings.tls_ms is not None


async def test_the_password_goes_to_the_proxy_alone(tmp_path: Path) -> None:
    async with a_way_out(tmp_path, names=Names([PUBLIC]), user="me:p%C3%A4%3Aw0rd@") as (egress, proxy, provider):
        await egress.request(a_get(URL))
    assert f"Proxy-Authorization: {PASSWORD}" in proxy.heads[0]
    assert b"Proxy-Authorization" not in provider.requests[0]


async def test_a_name_that_leads_inside_is_refused_before_the_proxy_is_asked(tmp_path: Path) -> None:
    for address in ("10.0.0.1", "127.0.0.1", "169.254.169.254", "::1"):
        async with a_way_out(tmp_path, names=Names([PUBLIC, address])) as (egress, proxy, _):
            error = await failure_of(egress, a_get(URL))
        assert (error.failure.category, error.was_sent, proxy.heads) == ("endpoint_refused", False, [])


async def test_a_proxy_that_is_led_elsewhere_gets_no_answer_without_the_names_certificate(tmp_path: Path) -> None:
    # The proxy looks names up itself; here it ends at a server for another name.
    async with a_way_out(tmp_path, names=Names([PUBLIC])) as (egress, _, provider):
        error = await failure_of(egress, a_get("https://other.example.com/v1"))
    assert (error.failure.category, provider.requests) == ("tls", [])
    assert "other.example.com:443" in error.message


@pytest.mark.parametrize(
    ("status", "category", "words"),
    [
        (407, "unreachable", "credentials (407)"),
        (403, "endpoint_refused", "does not let it call api.example.com:443"),
        (502, "unreachable", "could not reach api.example.com:443 (502)"),
        (504, "timeout", "could not reach api.example.com:443 in time"),
    ],
)
async def test_refusals_of_the_proxy_are_reported_as_its_own(
    tmp_path: Path, status: int, category: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_way_out(tmp_path, names=Names([PUBLIC]), status=status) as (egress, proxy, _):
        error = await failure_of(egress, a_get(URL))
    assert (error.failure.category, error.was_sent) == (category, False)
    assert words in error.message
    assert "operator of this service" in (error.failure.hint or "")
    assert str(proxy.port) not in error.message
    assert "egress proxy" in caplog.text


async def test_a_missing_proxy_is_reported_as_such() -> None:
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    async with Egress(
        None, EgressProxy.parse(f"http://{HOST}:{port}"), resolver=Names(), ssl_context=trust()
    ) as egress:
        error = await failure_of(egress, a_get(URL))
    assert (error.failure.category, error.was_sent) == ("unreachable", False)
    assert "This service cannot connect to its outbound proxy" in error.message


async def test_a_server_inside_is_called_directly_unless_the_proxy_is_on_this_machine() -> None:
    opened: list[AddrInfoType] = []

    def open_socket(address: AddrInfoType) -> socket.socket:
        opened.append(address)
        return socket.socket(address[0], address[1], address[2])

    async with serving(answer) as server, forward_proxy(server.port, authorization=PASSWORD) as proxy:
        allow = EgressAllowList.parse(f"{HOST}:{server.port},inside.example.com:{server.port}")
        for text, expected in (
            ("http://10.255.255.1:3128", []),
            (f"http://me:p%C3%A4%3Aw0rd@localhost:{proxy.port}", ["GET"]),
        ):
            egress_proxy = EgressProxy.parse(text)
            assert egress_proxy is not None
            proxy.authorization = egress_proxy.authorization
            names = Names([HOST])
            async with Egress(
                allow, egress_proxy, resolver=names, ssl_context=trust(), open_socket=open_socket
            ) as egress:
                for url in (server.url("/v1"), f"http://inside.example.com:{server.port}/v1"):
                    assert (await egress.request(a_get(url))).status == 200
                proxy.authorization = "other"
                if expected:
                    error = await failure_of(egress, a_get(server.url("/v1")))
                    assert "credentials (407)" in error.message
            assert [line.split(" ")[0] for line in proxy.asked] == expected * 3
    assert {address[4][0] for address in opened} == {HOST}
    assert all(b"Proxy-Authorization" not in request for request in server.requests)


@pytest.mark.parametrize(
    "text",
    [
        "proxy:3128",
        "socks5://proxy:1080",
        "http://proxy:0",
        "http://proxy:3128/path",
        "http://:secret@/",
        "http://[::1",
    ],
)
def test_what_is_no_proxy_is_refused_without_a_quote(text: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z0-9]\.$") as refusal:
        EgressProxy.parse(text)
    assert "secret" not in str(refusal.value)


def test_no_proxy_shows_its_password() -> None:
    assert EgressProxy.parse(" ") is None
    assert "secret" not in repr(EgressProxy.parse("http://me:secret@proxy:3128"))
