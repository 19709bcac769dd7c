"""A call goes where it says, with what it says, and leaves nothing behind for the next."""

from pathlib import Path

import pytest

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.guarded_client import Egress
from application.ports.outbound_http import OutboundRequest
from tests.contract.egress.loopback import HOST, Canary, Conversation, Names, serving
from tests.contract.egress.outbound_calls import a_get, a_post, egress_to, failure_of

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


async def agreeing(conversation: Conversation) -> None:
    await conversation.send(OK)


async def agreeing_again_and_again(conversation: Conversation) -> None:
    await conversation.send(OK)
    while await conversation.read_request():
        await conversation.send(OK)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 300, 305])
async def test_a_redirect_is_an_answer_and_is_not_followed(canary: Canary, status: int) -> None:
    for host, port in canary.ports():

        async def redirecting(conversation: Conversation, place: str = f"{host}:{port}") -> None:
            head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: http://{place}/latest\r\nContent-Length: 0\r\n\r\n"
            await conversation.send(head.encode())

        async with serving(redirecting) as server, egress_to(server) as egress:
            response = await egress.request(a_get(server.url(), headers={"Authorization": "Bearer secret"}))
        assert (response.status, response.headers["location"]) == (status, f"http://{host}:{port}/latest")
    assert canary.is_untouched


async def test_proxies_in_the_environment_are_ignored(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    host, port = canary.ports()[0]
    for name in PROXIES:
        monkeypatch.setenv(name, f"http://{host}:{port}")
    async with serving(agreeing) as server, egress_to(server) as egress:
        assert (await egress.request(a_get(server.url()))).body == b"ok"
    assert canary.is_untouched


async def test_passwords_in_a_netrc_file_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password secret\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    async with serving(agreeing) as server, egress_to(server) as egress:
        await egress.request(a_get(server.url()))
    assert b"authorization" not in server.requests[0].lower()


async def test_cookies_are_not_kept() -> None:
    async def handle(conversation: Conversation) -> None:
        await conversation.send(OK.replace(b"\r\n", b"\r\nSet-Cookie: session=secret\r\n", 1))

    async with serving(handle) as server:
        # By a name: the client's usual jar keeps no cookies of addresses.
        place = f"provider.example:{server.port}"
        async with Egress(EgressAllowList.parse(place), resolver=Names([HOST])) as egress:
            for _ in range(2):
                response = await egress.request(a_get(f"http://{place}/"))
                assert response.headers["set-cookie"] == "session=secret"
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Bearer a\r\nHost: evil"),
        ("Authorization", "Bearer a\nX: b"),
        ("Authorization", "Bearer a\rX: b"),
        ("Authorization", "Bearer a\x00"),
        ("Authorization", "Bearer a\x7f"),
        ("Authorization", "Bearer \u00e9"),
        ("Authorization", "Bearer \u560d\u560a"),
        ("X-A\r\nHost", "evil"),
        ("X A", "b"),
        ("X:A", "b"),
        ("", "b"),
        ("Host", "evil.example.com"),
        ("content-length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "upgrade"),
        ("Cookie", "a=b"),
        ("Proxy-Authorization", "Basic eA=="),
    ],
)
async def test_a_header_cannot_become_another_or_bend_the_message(name: str, value: str) -> None:
    async with serving(agreeing) as server, egress_to(server) as egress:
        error = await failure_of(egress, a_get(server.url(), headers={name: value}))
    assert (error.failure.category, error.was_sent, server.connections) == ("endpoint_refused", False, 0)
    assert value not in error.message


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "GET / HTTP/1.1\r\nX:", ""])
async def test_a_method_that_is_not_needed_is_not_sent(method: str) -> None:
    async with serving(agreeing) as server, egress_to(server) as egress:
        error = await failure_of(egress, OutboundRequest(method=method, url=server.url()))
    assert (error.failure.category, server.connections) == ("endpoint_refused", 0)


@pytest.mark.parametrize("path", ["/a\r\nX: b", "/a b", "/a\x00", "/a#b", "/../a", "/%2e%2e/a"])
async def test_a_path_cannot_become_another_message(path: str) -> None:
    async with serving(agreeing) as server, egress_to(server) as egress:
        error = await failure_of(egress, a_get(server.url(path)))
    assert (error.failure.category, server.connections) == ("endpoint_refused", 0)


async def test_a_request_arrives_as_it_was_put_together() -> None:
    path = "/v1/models/a%2Fb%3Ac:generateContent?after=x%26y&limit=10"
    async with serving(agreeing) as server, egress_to(server) as egress:
        await egress.request(a_get(server.url(path), headers={"x-api-key": "secret"}))
    head = server.requests[0].decode().split("\r\n")
    assert head[0] == f"GET {path} HTTP/1.1"
    assert {f"Host: 127.0.0.1:{server.port}", "x-api-key: secret", "User-Agent: modelbook"} <= set(head)
    assert not any(line.startswith("Content-") for line in head)


async def test_json_is_sent_as_json() -> None:
    async with serving(agreeing) as server, egress_to(server) as egress:
        await egress.request(a_post(server.url(), {"text": "\u00e9"}))
    assert {b"Content-Type: application/json", b"Content-Length: 13"} <= set(server.requests[0].split(b"\r\n"))


async def test_another_kind_of_json_can_be_named_and_is_named_once() -> None:
    headers = {"content-type": "application/merge-patch+json"}
    async with serving(agreeing) as server, egress_to(server) as egress:
        await egress.request(OutboundRequest(method="POST", url=server.url(), headers=headers, json={}))
    kinds = [line for line in server.requests[0].split(b"\r\n") if line.lower().startswith(b"content-type:")]
    assert kinds == [b"content-type: application/merge-patch+json"]


async def test_a_connection_is_kept_for_the_next_call_and_its_timings_show_it() -> None:
    async with serving(agreeing_again_and_again) as server, egress_to(server) as egress:
        first, second = [await egress.request(a_get(server.url())) for _ in range(2)]
    assert server.connections == 1
    assert first.timings.connect_ms is not None
    assert (first.timings.dns_ms, first.timings.tls_ms) == (None, None)
    assert (second.timings.connect_ms, second.timings.dns_ms) == (None, None)
    assert second.timings.first_byte_ms is not None


async def test_a_kept_connection_that_died_is_replaced_for_a_read() -> None:
    async with serving(agreeing) as server, egress_to(server) as egress:
        for _ in range(3):
            assert (await egress.request(a_get(server.url()))).status == 200


async def test_a_large_body_is_sent_whole() -> None:
    received = bytearray()

    async def handle(conversation: Conversation) -> None:
        length = int(conversation.request.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        received.extend(await conversation.reader.readexactly(length))
        await conversation.send(OK)

    async with serving(handle) as server, egress_to(server) as egress:
        await egress.request(a_post(server.url(), {"image": "a" * 3_000_000}))
    assert len(received) == 3_000_000 + len('{"image":""}')
