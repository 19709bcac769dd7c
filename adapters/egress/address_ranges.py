"""Which addresses belong to the public internet, and what the others are.

The table is our own because `ipaddress` of Python 3.11 calls some of these global: 64:ff9b::/96, 2002::/16, ::/96,
168.63.129.16, 192.0.0.192, multicast. Sources: the IANA registries of special-purpose IPv4 and IPv6 addresses
(RFC 6890), RFC 4291, RFC 6052, and the clouds' own pages for their metadata addresses.
"""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

Address = IPv4Address | IPv6Address


class RequiredEntry(Enum):
    """What it takes from the operator before an address that is not public may be called."""

    BY_NAME_OR_NETWORK = "an entry for the name, the address or a network around it"
    BY_ADDRESS = "an entry for exactly this address"
    NEVER = "nothing"


@dataclass(frozen=True, slots=True)
class NonPublicAddress:
    """What an address is when it is not public; `kind` fits into "this is ..."."""

    kind: str
    openable: RequiredEntry


_PRIVATE: Final = NonPublicAddress("a private address", RequiredEntry.BY_NAME_OR_NETWORK)
_LOOPBACK: Final = NonPublicAddress("an address of this machine", RequiredEntry.BY_NAME_OR_NETWORK)
_METADATA: Final = NonPublicAddress("an address of a cloud's metadata service", RequiredEntry.BY_ADDRESS)
_LINK_LOCAL: Final = NonPublicAddress("a link-local address", RequiredEntry.BY_ADDRESS)
_RESERVED: Final = NonPublicAddress("a reserved address", RequiredEntry.BY_ADDRESS)
_MULTICAST: Final = NonPublicAddress("a multicast address", RequiredEntry.NEVER)
_UNSPECIFIED: Final = NonPublicAddress("an unspecified address", RequiredEntry.NEVER)
_TRANSITION: Final = NonPublicAddress("an IPv6 address that hides an IPv4 address", RequiredEntry.NEVER)
_NOT_UNICAST: Final = NonPublicAddress("an address outside the public IPv6 space", RequiredEntry.NEVER)

# The first match counts, so a special range within a network comes before it.
_IPV4: Final[tuple[tuple[IPv4Network, NonPublicAddress], ...]] = tuple(
    (IPv4Network(network), special)
    for network, special in (
        ("169.254.169.254/32", _METADATA),  # AWS, Azure, Google, Oracle, DigitalOcean, OpenStack
        ("169.254.170.2/32", _METADATA),  # AWS ECS task credentials
        ("169.254.170.23/32", _METADATA),  # AWS EKS pod identity
        ("100.100.100.200/32", _METADATA),  # Alibaba
        ("168.63.129.16/32", _METADATA),  # Azure's wire server, in public space
        ("192.0.0.192/32", _METADATA),  # Oracle
        ("0.0.0.0/8", _UNSPECIFIED),  # Linux connects 0.0.0.0 to itself
        ("10.0.0.0/8", _PRIVATE),
        ("100.64.0.0/10", _PRIVATE),  # shared, RFC 6598: also Tailscale and many a cluster
        ("127.0.0.0/8", _LOOPBACK),
        ("169.254.0.0/16", _LINK_LOCAL),
        ("172.16.0.0/12", _PRIVATE),
        ("192.0.0.0/24", _RESERVED),
        ("192.0.2.0/24", _RESERVED),
        ("192.31.196.0/24", _RESERVED),
        ("192.52.193.0/24", _RESERVED),
        ("192.88.99.0/24", _RESERVED),
        ("192.168.0.0/16", _PRIVATE),
        ("192.175.48.0/24", _RESERVED),
        ("198.18.0.0/15", _PRIVATE),  # for benchmarks, in use inside laboratories
        ("198.51.100.0/24", _RESERVED),
        ("203.0.113.0/24", _RESERVED),
        ("224.0.0.0/4", _MULTICAST),
        ("255.255.255.255/32", _MULTICAST),
        ("240.0.0.0/4", _RESERVED),
    )
)

_IPV6: Final[tuple[tuple[IPv6Network, NonPublicAddress], ...]] = tuple(
    (IPv6Network(network), special)
    for network, special in (
        ("fd00:ec2::/32", _METADATA),  # AWS
        ("fd20:ce::254/128", _METADATA),  # Google
        ("::/128", _UNSPECIFIED),
        ("::1/128", _LOOPBACK),
        ("::/96", _TRANSITION),  # IPv4-compatible
        ("::ffff:0:0:0/96", _TRANSITION),  # IPv4-translated, RFC 2765
        ("64:ff9b:1::/48", _TRANSITION),  # NAT64 for local use: only the network knows where the IPv4 address is
        ("2002::/16", _TRANSITION),  # 6to4
        ("2001::/32", _TRANSITION),  # Teredo
        ("2001::/23", _RESERVED),
        ("2001:db8::/32", _RESERVED),
        ("2620:4f:8000::/48", _RESERVED),
        ("3ffe::/16", _RESERVED),
        ("3fff::/20", _RESERVED),
        ("fc00::/7", _PRIVATE),
        ("fe80::/10", _LINK_LOCAL),
        ("fec0::/10", _PRIVATE),  # site-local, long deprecated and still in use
        ("ff00::/8", _MULTICAST),
    )
)

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")
# Interface identifiers of ISATAP, RFC 5214 section 6.1: the IPv4 address fills the last 32 bits.
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)


def special(address: Address) -> NonPublicAddress | None:
    """Return the kind of address, or none when it is public; one that embeds an IPv4 address is judged as that.

    The IPv4-mapped form (::ffff:0:0/96) is only another spelling, so it is whatever its IPv4 address is. Through NAT64
    (64:ff9b::/96) only public addresses are reached (RFC 6052 section 3.1), so any other is refused for good.
    """
    if isinstance(address, IPv4Address):
        return next((special for network, special in _IPV4 if address in network), None)
    if address.ipv4_mapped is not None:
        return special(address.ipv4_mapped)
    if address in _NAT64:
        return None if special(IPv4Address(int(address) & 0xFFFF_FFFF)) is None else _TRANSITION
    known = next((special for network, special in _IPV6 if address in network), None)
    if known is not None:
        return known
    if int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
        return _TRANSITION
    return None if address in _GLOBAL_UNICAST else _NOT_UNICAST


def same_spelling(address: Address) -> Address:
    """Return the IPv4 address when this is only its IPv4-mapped spelling, else the address as it is."""
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
