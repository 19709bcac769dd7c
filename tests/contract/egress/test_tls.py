"""Certificates are always verified, and what is wrong with one is said."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest
import uvloop

from adapters.egress.allow_list import EgressAllowList
from adapters.egress.guarded_client import Egress
from application.ports.outbound_http import OutboundResponse
from tests.contract.egress.certificates import Authority
from tests.contract.egress.loopback import HOST, Conversation, serving
from tests.contract.egress.outbound_calls import a_get, egress_to, failure_of

DELAY = 0.05


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def agreeing(conversation: Conversation) -> None:
    await conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def delay(*_: object) -> None:
    sleep(DELAY)


async def call(authority: Authority) -> OutboundResponse:
    slow = authority.server(HOST)
    slow.sni_callback = delay
    async with (
        serving(agreeing, tls=slow) as server,
        egress_to(server, ssl_context=authority.trusting()) as egress,
    ):
        return await egress.request(a_get(server.url(scheme="https")))


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_trusted_server_is_called_and_the_handshake_timed(
    authority: Authority, new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    with asyncio.Runner(loop_factory=new_loop) as runner:
        response = runner.run(call(authority))
    assert response.body == b"ok"
    connect_ms, tls_ms, first_byte_ms = (
        response.timings.connect_ms,
        response.timings.tls_ms,
        response.timings.first_byte_ms,
    )
    assert connect_ms is not None
    assert tls_ms is not None
    assert first_byte_ms is not None
    assert min(connect_ms, tls_ms, first_byte_ms) > 0
    assert connect_ms + tls_ms + first_byte_ms <= response.total_ms
    assert tls_ms > DELAY * 900, "the handshake takes its time"


async def test_a_server_that_nobody_vouches_for_is_refused_by_default(authority: Authority) -> None:
    async with (
        serving(agreeing, tls=authority.server(HOST), reads_request=False) as server,
        Egress(EgressAllowList.parse(f"{HOST}:{server.port}")) as egress,
    ):
        error = await failure_of(egress, a_get(server.url(scheme="https"), headers={"Authorization": "secret"}))
    assert (error.failure.category, error.was_sent) == ("tls", False)
    assert "is not trusted: unable to get local issuer certificate" in error.message


@pytest.mark.parametrize(
    ("address", "expired", "reason"),
    [("127.0.0.2", False, "IP address mismatch"), (HOST, True, "certificate has expired")],
)
async def test_a_certificate_that_does_not_fit_is_refused(
    authority: Authority, address: str, expired: bool, reason: str
) -> None:
    async with (
        serving(agreeing, tls=authority.server(address, expired=expired), reads_request=False) as server,
        egress_to(server, ssl_context=authority.trusting()) as egress,
    ):
        error = await failure_of(egress, a_get(server.url(scheme="https")))
    assert (error.failure.category, error.was_sent) == ("tls", False)
    assert reason in error.message


async def test_a_server_without_tls_is_said_to_be_one(authority: Authority) -> None:
    async def plain(conversation: Conversation) -> None:
        await conversation.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with (
        serving(plain, reads_request=False) as server,
        egress_to(server, ssl_context=authority.trusting()) as egress,
    ):
        error = await failure_of(egress, a_get(server.url(scheme="https")))
    assert (error.failure.category, error.was_sent) == ("tls", False)
    assert "is it an https address?" in error.message


def test_a_context_that_does_not_verify_is_refused() -> None:
    lax = ssl.create_default_context()
    lax.check_hostname = False
    with pytest.raises(ValueError, match="must verify"):
        Egress(ssl_context=lax)
    lax.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="must verify"):
        Egress(ssl_context=lax)
