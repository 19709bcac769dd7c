from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.egress.address_ranges import special
from adapters.egress.allow_list import EgressAllowList
from adapters.egress.egress_rules import AddressRefused, EgressRules
from adapters.egress.host_names import Host
from tests.unit.egress.address_vectors import REFUSED_ADDRESSES

PUBLIC = Host("api.example.com", None)
CLOSED = EgressRules(EgressAllowList())


@pytest.mark.parametrize("address", REFUSED_ADDRESSES)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        CLOSED.check_address(PUBLIC, address, 443)
    assert "127" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "100.128.0.1", "172.32.0.1", "192.167.255.255", "192.0.1.1", "223.255.255.255", "168.63.129.17"),
        *("2606:4700::1111", "2a00:1450:4001::200e", "2001:4860::8888", "2001:200::1"),
        *("::ffff:1.1.1.1", "64:ff9b::1.1.1.1"),
    ],
)
def test_a_public_address_is_let_through(address: str) -> None:
    CLOSED.check_address(PUBLIC, address, 443)
    assert special(ip_address(address)) is None


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_is_never_public(address: IPv4Address) -> None:
    assert address.is_global or special(address) is not None


@given(st.ip_addresses(v=6))
def test_what_python_calls_private_is_never_public_in_ipv6(address: IPv6Address) -> None:
    assert address.is_global or address.ipv4_mapped is not None or special(address) is not None


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_the_same_in_its_mapped_spelling(address: IPv4Address) -> None:
    assert special(IPv6Address(f"::ffff:{address}")) == special(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_that_is_not_public_is_not_reached_through_nat64(address: IPv4Address) -> None:
    assert (special(IPv6Address(f"64:ff9b::{address}")) is None) == (special(address) is None)


@pytest.mark.parametrize(
    ("allow", "name", "address"),
    [
        ("ollama.lan:443", "ollama.lan", "192.168.1.20"),
        ("ollama.lan:443", "ollama.lan", "127.0.0.1"),
        ("ollama.lan:443", "ollama.lan", "fd12::1"),
        ("*.lan", "ollama.lan", "192.168.1.20"),
        ("192.168.0.0/16", "anything.example.com", "192.168.1.20"),
        ("169.254.1.1", "anything.example.com", "169.254.1.1"),
    ],
)
def test_a_name_may_lead_to_what_the_operator_opened(allow: str, name: str, address: str) -> None:
    with pytest.raises(AddressRefused):
        CLOSED.check_address(Host(name, None), address, 443)
    EgressRules(EgressAllowList.parse(allow)).check_address(Host(name, None), address, 443)


@pytest.mark.parametrize(
    ("allow", "name", "address", "port"),
    [
        ("ollama.lan:443", "ollama.lan", "169.254.169.254", 443),
        ("ollama.lan:443", "ollama.lan", "fd00:ec2::254", 443),
        ("ollama.lan:443", "ollama.lan", "0.0.0.0", 443),
        ("ollama.lan:443", "ollama.lan", "224.0.0.1", 443),
        ("ollama.lan:443", "other.lan", "192.168.1.20", 443),
        ("ollama.lan:443", "ollama.lan", "192.168.1.20", 444),
        ("192.168.0.0/16:444", "ollama.lan", "192.168.1.20", 443),
        ("192.168.0.0/16", "ollama.lan", "10.0.0.1", 443),
    ],
)
def test_a_name_may_not_lead_beyond_what_the_operator_opened(allow: str, name: str, address: str, port: int) -> None:
    with pytest.raises(AddressRefused):
        EgressRules(EgressAllowList.parse(allow)).check_address(Host(name, None), address, port)
