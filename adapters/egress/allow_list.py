"""The allow list of addresses beyond the public internet: the setting `MODELBOOK_EGRESS_ALLOW`."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, Self

from yarl import URL

from adapters.egress.address_ranges import Address, same_spelling
from adapters.egress.host_names import Host, normal_host

HTTPS_PORT: Final = 443
_HIGHEST_PORT: Final = 65535
_ENTRY: Final = re.compile(r"(?P<target>\[[^\[\]]*\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5}|\*))?", re.ASCII)
_NUMBERS: Final = re.compile(r"[0-9./]+", re.ASCII)
# Shorter prefixes would name nearly every address, the clouds' metadata services among them.
_SHORTEST_PREFIX: Final = {4: 8, 6: 7}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A network, a name, or every name below a domain (`suffix`), at one port or, when it is none, at any."""

    port: int | None
    network: IPv4Network | IPv6Network | None = None
    name: str | None = None
    suffix: str | None = None

    def names(self, host: Host) -> bool:
        return host.name == self.name or (self.suffix is not None and host.name.endswith(self.suffix))

    def covers(self, address: Address) -> bool:
        # An address of the other version is in no network, without an error.
        return self.network is not None and address in self.network

    @property
    def is_one_address(self) -> bool:
        return self.network is not None and self.network.num_addresses == 1


class EgressAllowList:
    """The targets beyond public https that may be called: over https and http, at the ports they are given with.

    The text is a list of entries with commas between them. An entry is a target, and a port after a colon: a number,
    `*` for any, and 443 when there is none. A target is one of

    * a host name, `localhost:11434`, whatever private or loopback address it resolves to;
    * `*.example.com`, every name below the domain, at any depth, but not the domain itself;
    * an IPv4 address or network, `127.0.0.1:8090`, `10.0.0.0/8`, also for names that resolve into it;
    * an IPv6 address or network in brackets, `[::1]:8090`, `[fd00::/8]:443`.

    Link-local addresses, the clouds' metadata services and other reserved addresses take an entry for exactly that
    address. Multicast and unspecified addresses, and IPv6 addresses that hide an IPv4 address, stay closed.
    """

    def __init__(self, entries: tuple[_Entry, ...] = ()) -> None:
        self._entries = entries

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the setting; an empty text opens nothing.

        Raises:
            ValueError: an entry is not of this form; the message quotes it and shows the right form.
        """
        return cls(tuple(_entry(part.strip()) for part in text.split(",") if part.strip()))

    def names(self, host: Host, port: int) -> bool:
        """Return whether an entry names this host, as a name and not as an address."""
        return host.address is None and any(entry.names(host) for entry in self._at(port))

    def covers(self, address: Address, port: int, *, exactly: bool = False) -> bool:
        """Return whether the address is in the network of an entry, or is the entry's only address."""
        address = same_spelling(address)
        return any(entry.covers(address) and (entry.is_one_address or not exactly) for entry in self._at(port))

    def _at(self, port: int) -> list[_Entry]:
        return [entry for entry in self._entries if entry.port is None or entry.port == port]


def _entry(text: str) -> _Entry:
    match = _ENTRY.fullmatch(text)
    if match is None:
        raise _refusal(text, "write host, host:port, address/prefix:port or [IPv6 address]:port")
    port = _port(text, match["port"])
    target = match["target"]
    if target.startswith("["):
        return _Entry(port, network=_network(text, target[1:-1], 6))
    if _NUMBERS.fullmatch(target):
        return _Entry(port, network=_network(text, target, 4))
    if target.startswith("*."):
        return _Entry(port, suffix=f".{_name(text, target[2:])}")
    return _Entry(port, name=_name(text, target))


def _port(text: str, port: str | None) -> int | None:
    if port == "*":
        return None
    number = HTTPS_PORT if port is None else int(port)
    if not 1 <= number <= _HIGHEST_PORT:
        raise _refusal(text, "a port is a number from 1 to 65535, or * for any")
    return number


def _network(text: str, network: str, version: int) -> IPv4Network | IPv6Network:
    if "%" in network:
        raise _refusal(text, "an address must not name a zone")
    try:
        parsed = ip_network(network)
    except ValueError as error:
        raise _refusal(text, str(error)) from error
    if parsed.version != version:
        raise _refusal(text, "only IPv6 addresses are written in brackets")
    if parsed.prefixlen < _SHORTEST_PREFIX[version]:
        raise _refusal(text, f"name the networks you mean: at least /{_SHORTEST_PREFIX[version]}")
    return parsed


def _name(text: str, name: str) -> str:
    try:
        return normal_host(name, URL.build(scheme="https", host=name).raw_host or "").name
    except ValueError as error:
        raise _refusal(text, str(error)) from error


def _refusal(text: str, reason: str) -> ValueError:
    return ValueError(f"The egress allow list has the entry {text!r}: {reason.rstrip('.')}.")
