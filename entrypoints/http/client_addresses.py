"""The address of a client behind proxies (RFC 7239): for the log, and to count attempts to sign in."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp import web

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Nobody has that many proxies; what is longer is made up, and is read from its end.
_MOST_HOPS: Final = 20
_FOR: Final = re.compile(r'(?:^|;)\s*for\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s"]+)\s*(?=;|$)', re.IGNORECASE)
_WITH_PORT: Final = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?|(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?", re.ASCII)


def client_address(request: web.BaseRequest, trusted: Sequence[Network]) -> str | None:
    """Return the nearest address that is not a trusted proxy's, as reported by trusted proxies; none if unknown.

    Only what a trusted proxy has appended counts, so that a client cannot name another address. Where `Forwarded` and
    `X-Forwarded-For` differ, one of them is the client's own, and the proxy's address is returned.
    """
    peer = _peer(request.remote or "")
    if peer is None:
        return None
    if not _is_trusted(peer, trusted):
        return _shown(peer)
    stated = {
        _nearest(peer, hops, trusted) for hops in (_forwarded(request), _x_forwarded_for(request)) if hops is not None
    }
    return str(stated.pop()) if len(stated) == 1 else str(peer)


def client_network(request: web.BaseRequest, trusted: Sequence[Network]) -> str:
    """Return the identity of the client for counting attempts: its address, of IPv6 the network of 64 bits."""
    text = client_address(request, trusted)
    if text is None:
        return "unknown"
    address = ip_address(text)
    return str(IPv6Network((address, 64), strict=False)) if isinstance(address, IPv6Address) else text


def _nearest(peer: Address, hops: Iterator[str], trusted: Sequence[Network]) -> Address:
    """Return the address that the trusted hops end at. One that hides or garbles its own ends them, too."""
    found = peer
    for number, hop in enumerate(hops):
        address = _address(hop)
        if address is None or number == _MOST_HOPS:
            break
        found = address
        if not _is_trusted(address, trusted):
            break
    return found


def _forwarded(request: web.BaseRequest) -> Iterator[str] | None:
    values = request.headers.getall("Forwarded", None)
    if values is None:
        return None
    # No address has a comma within quotation marks.
    parts = ",".join(values).split(",")
    return (_for(part) for part in reversed(parts))


def _for(element: str) -> str:
    found = _FOR.search(element)
    return found[1].strip('"') if found else ""


def _x_forwarded_for(request: web.BaseRequest) -> Iterator[str] | None:
    values = request.headers.getall("X-Forwarded-For", None)
    return None if values is None else (part.strip() for part in reversed(",".join(values).split(",")))


@lru_cache(maxsize=256)
def _peer(text: str) -> Address | None:
    """Return the address at the other end of the connection, which sends many requests."""
    return _address(text)


_shown: Final = lru_cache(maxsize=256)(str)


def _address(text: str) -> Address | None:
    match = _WITH_PORT.fullmatch(text)
    if match is not None:
        text = match[1] or match[2]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        return address.ipv4_mapped or address
    return address


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)
