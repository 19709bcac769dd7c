"""Whose address is logged where proxies stand between."""

from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request

from entrypoints.http.client_addresses import client_address

TRUSTED = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]
PROXY, CLIENT = "10.0.0.1", "198.51.100.7"


def logged(*headers: tuple[str, str], peer: str = PROXY) -> str | None:
    request = make_mocked_request("GET", "/", headers=list(headers))
    return client_address(request.clone(remote=peer), TRUSTED)


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ([("X-Forwarded-For", CLIENT)], CLIENT),
        ([("X-Forwarded-For", f"1.1.1.1, {CLIENT}, 10.9.9.9")], CLIENT),
        ([("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", CLIENT)], CLIENT),
        ([("X-Forwarded-For", f"{CLIENT}:4711")], CLIENT),
        ([("X-Forwarded-For", "10.1.1.1, 10.2.2.2")], "10.1.1.1"),
        ([("X-Forwarded-For", f"{CLIENT}, unknown")], PROXY),
        ([("X-Forwarded-For", f"{CLIENT}, <script>, 10.9.9.9")], "10.9.9.9"),
        ([("X-Forwarded-For", "2001:db8:2::1")], "2001:db8:2::1"),
        ([("X-Forwarded-For", f"::ffff:{CLIENT}")], CLIENT),
        ([("X-Forwarded-For", "")], PROXY),
        ([("Forwarded", f"for={CLIENT}")], CLIENT),
        ([("Forwarded", f"for=1.1.1.1, for={CLIENT};proto=https;by=10.0.0.2")], CLIENT),
        ([("Forwarded", 'proto=https; For="[2001:db8:2::1]:4711"')], "2001:db8:2::1"),
        ([("Forwarded", "for=1.1.1.1, for=_hidden")], PROXY),
        ([("Forwarded", "by=1.1.1.1")], PROXY),
        # Whichever the proxy sets, the other one is the client's own.
        ([("Forwarded", "for=1.1.1.1"), ("X-Forwarded-For", CLIENT)], PROXY),
        ([("Forwarded", f"for={CLIENT}"), ("X-Forwarded-For", CLIENT)], CLIENT),
        ([("X-Forwarded-For", ", ".join([CLIENT, *["10.1.1.1"] * 10_000]))], "10.1.1.1"),
    ],
)
def test_the_rightmost_address_that_is_not_trusted_counts(headers: list[tuple[str, str]], client: str) -> None:
    assert logged(*headers) == client


def test_of_somebody_else_nothing_is_believed() -> None:
    assert logged(("X-Forwarded-For", "1.1.1.1"), ("Forwarded", "for=1.1.1.1"), peer=CLIENT) == CLIENT
    assert logged(("X-Forwarded-For", "1.1.1.1"), peer="") is None
