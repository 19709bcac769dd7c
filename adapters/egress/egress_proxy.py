"""The proxy that calls go out through: the setting `MODELBOOK_EGRESS_PROXY`."""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from time import monotonic
from typing import Final, Self, TypedDict

from aiohttp.abc import AbstractResolver
from yarl import URL

from adapters.egress.address_ranges import special
from adapters.egress.egress_rules import AddressRefused
from adapters.egress.guarded_resolver import SystemResolver
from adapters.egress.url_parsing import Target, read_request

_HIGHEST_PORT: Final = 65535
# Where nobody answers questions for names, as behind many a proxy, a call must not wait long to find that out.
_LOOKUP_SECONDS: Final = 0.5
_SECONDS_REMEMBERED: Final = 10.0
_UNKNOWN_REMEMBERED: Final = 60.0
_NAMES_REMEMBERED: Final = 1_024


@dataclass(frozen=True, slots=True)
class EgressProxy:
    """An http or https proxy. `authorization` is the header it requires from this service, none if it requires none.

    `is_on_this_machine`: it listens on a loopback address, so that it reaches whatever this machine reaches.
    """

    url: URL
    authorization: str | None = field(default=None, repr=False)
    is_on_this_machine: bool = False

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read the setting; an empty text means no proxy.

        Raises:
            ValueError: it is not the URL of a proxy; the message says why, and quotes nothing: it may hold a password.
        """
        text = text.strip()
        if not text:
            return None
        try:
            url = URL(text)
            port = url.port
        except ValueError:
            raise ValueError("It is not a URL such as http://user:password@proxy.example:3128.") from None
        if url.scheme not in {"http", "https"} or not url.host:
            raise ValueError("It must be the URL of an http or https proxy, such as http://proxy.example:3128.")
        if port is None or not 1 <= port <= _HIGHEST_PORT:
            raise ValueError("The port of the proxy is a number from 1 to 65535.")
        if url.raw_path not in {"", "/"} or url.query_string or url.fragment:
            raise ValueError("The URL of a proxy ends with its port: no path, query or fragment.")
        user, password = url.user or "", url.password or ""
        if any(not character.isprintable() for character in user + password):
            raise ValueError("The user and the password of the proxy must not have control characters.")
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        return cls(
            URL.build(scheme=url.scheme, host=url.host, port=port),
            f"Basic {credentials}" if user or password else None,
            _is_loopback(url.host),
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class ProxyOptions(TypedDict, total=False):
    """The options of aiohttp that send a request through a proxy."""

    proxy: URL
    proxy_headers: dict[str, str]
    headers: dict[str, str]


def proxy_options(proxy: EgressProxy, scheme: str) -> ProxyOptions:
    """Return the options of a request by this scheme. The proxy's password is sent to the proxy alone."""
    options = ProxyOptions(proxy=proxy.url)
    if proxy.authorization is not None:
        authorization = {"Proxy-Authorization": proxy.authorization}
        # What is not sent through a tunnel is read by the proxy, which takes the header off.
        if scheme == "https":
            options["proxy_headers"] = authorization
        else:
            options["headers"] = authorization
    return options


class ProxyChoice:
    """Decides which calls go through the proxy.

    All do whose host is public, by its address or by every address of its name, and those whose name is not known
    here: behind a proxy there often is no name server. The proxy receives the name and looks it up itself. Where that
    leads it elsewhere than here, the certificate for the name protects the call: without TLS go only names that the
    operator has opened. Calls to addresses of a network inside, which take an entry in the allow list, go there
    directly, unless the proxy is on this machine: one elsewhere would reach its own network instead.
    """

    def __init__(self, proxy: EgressProxy, resolver: AbstractResolver) -> None:
        self._proxy = proxy
        self._resolver = resolver
        self._known: OrderedDict[tuple[str, int], tuple[float, bool]] = OrderedDict()

    async def uses_proxy(self, target: Target) -> bool:
        """Return whether a call to the target goes through the proxy.

        Raises:
            AddressRefused: its name leads, among others, to an address that must not be called.
        """
        if target.host.address is not None:
            return self._proxy.is_on_this_machine or special(target.host.address) is None
        key = (target.host.name, target.port)
        until, is_public = self._known.get(key, (0.0, False))
        if until <= monotonic():
            addresses = await self._addresses(target)
            is_public = addresses is None or all(special(ip_address(address)) is None for address in addresses)
            seconds = _UNKNOWN_REMEMBERED if addresses is None else _SECONDS_REMEMBERED
            self._known[key] = (monotonic() + seconds, is_public)
            self._known.move_to_end(key)
            if len(self._known) > _NAMES_REMEMBERED:
                self._known.popitem(last=False)
        return self._proxy.is_on_this_machine or is_public

    async def _addresses(self, target: Target) -> Sequence[str] | None:
        """Return the addresses of the name, none if it is not known here."""
        try:
            async with asyncio.timeout(_LOOKUP_SECONDS):
                found = await self._resolver.resolve(target.host.name, target.port)
        except AddressRefused:
            raise
        except (OSError, TimeoutError):
            return None
        return [each["host"] for each in found]


async def options_for_operators_address(proxy: EgressProxy | None, url: str) -> ProxyOptions:
    """Return how to call an address of the operator's own choice, which is not judged: by the same rule as others."""
    if proxy is None:
        return ProxyOptions()
    resolver = SystemResolver()
    try:
        is_proxied = await ProxyChoice(proxy, resolver).uses_proxy(read_request(url))
    finally:
        await resolver.close()
    return proxy_options(proxy, URL(url).scheme) if is_proxied else ProxyOptions()
