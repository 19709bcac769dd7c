"""Host names and addresses in the one spelling that is let through."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from adapters.egress.address_ranges import Address

# The underscore is no part of host names (RFC 1123) and yet common in the names of containers.
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_LONGEST_NAME: Final = 253
# As the WHATWG's URL standard has it: a host whose last label is such a number is an IPv4 address, however odd.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)

# Names that never belong to the public internet: RFC 6761, RFC 6762, RFC 8375, and .internal by ICANN's reservation.
_LOCAL_SUFFIXES: Final = (".localhost", ".local", ".internal", ".home.arpa", ".localdomain", ".test", ".invalid")


@dataclass(frozen=True, slots=True)
class Host:
    """A host in normal form: a lower-case ASCII name without a trailing dot, or an address in its shortest form."""

    name: str
    address: Address | None

    @property
    def in_url(self) -> str:
        """The host as a URL has it, an IPv6 address in brackets."""
        return f"[{self.name}]" if isinstance(self.address, IPv6Address) else self.name

    @property
    def is_local_name(self) -> bool:
        """Whether it is a name that only this network can know."""
        return self.address is None and ("." not in self.name or self.name.endswith(_LOCAL_SUFFIXES))


def normal_host(written: str, encoded: str) -> Host:
    """Return the host in normal form, given as it was written and as yarl encoded it (without brackets).

    Raises:
        ValueError: it is not a host, or an address in a spelling that programs read differently; the message is a
            sentence.
    """
    if written.startswith("["):
        return _ipv6(encoded)
    name = encoded.lower().removesuffix(".")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _ipv4(written, name)
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise ValueError("The host is not a valid host name.")
    return Host(name, None)


def _ipv4(written: str, name: str) -> Host:
    try:
        address = IPv4Address(name)
    except ValueError:
        address = None
    if address is None or str(address) != written:
        raise ValueError("An IPv4 address must be written as four decimal numbers, like 192.0.2.1.")
    return Host(name, address)


def _ipv6(encoded: str) -> Host:
    # A zone (fe80::1%eth0) names one of this machine's interfaces, which is no business of a URL.
    if "%" in encoded:
        raise ValueError("An IPv6 address must not name a zone.")
    try:
        address = IPv6Address(encoded)
    except ValueError:
        raise ValueError("The brackets do not hold an IPv6 address.") from None
    return Host(_text(address), address)


def _text(address: IPv6Address) -> str:
    """Return the same text with every Python, for keys are bound to it: 3.13 writes mapped addresses otherwise."""
    if address.ipv4_mapped is None:
        return address.compressed
    high, low = divmod(int(address.ipv4_mapped), 0x10000)
    return f"::ffff:{high:x}:{low:x}"
