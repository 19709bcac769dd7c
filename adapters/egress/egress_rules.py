"""Egress rules: which URLs may be saved, and which addresses may be connected to."""

from ipaddress import ip_address

from adapters.egress.address_ranges import Address, RequiredEntry, special
from adapters.egress.allow_list import HTTPS_PORT, EgressAllowList
from adapters.egress.host_names import Host
from adapters.egress.url_parsing import Target

SETTING = "MODELBOOK_EGRESS_ALLOW"


class AddressRefused(OSError):
    """A name resolves to an address that may not be called; the address is not revealed."""

    def __init__(self) -> None:
        super().__init__("The name resolves to an address that this service must not connect to.")


class EgressRules:
    """Public https at port 443, and what the operator's allow list opens."""

    def __init__(self, allow: EgressAllowList) -> None:
        self._allow = allow

    def check_target(self, target: Target) -> None:
        """Check the URL by itself; what its name resolves to is checked when a connection is made.

        Raises:
            ValueError: it may not be called; the message is a sentence that says what to do.
        """
        host, port = target.host, target.port
        if host.address is not None and not self._may_connect(host, host.address, port):
            raise ValueError(self._closed(target, host.address))
        if self._is_opened(host, port):
            return
        if target.scheme != "https":
            raise ValueError(f"The URL must begin with https://{_or_opened(target)}")
        if port != HTTPS_PORT:
            raise ValueError(f"The port must be 443{_or_opened(target)}")
        if host.is_local_name:
            raise ValueError(f"{host.name} is a name inside a network; use a public one{_or_opened(target)}")

    def is_opened(self, target: Target) -> bool:
        """Return whether the operator's allow list names the target."""
        return self._is_opened(target.host, target.port)

    def check_address(self, host: Host, address: str, port: int) -> None:
        """Check an address, given as numbers, that a connection to the host is about to be made to.

        Raises:
            AddressRefused: no connection may be made to it.
        """
        try:
            parsed = ip_address(address)
        except ValueError:
            raise AddressRefused from None
        if getattr(parsed, "scope_id", None) or not self._may_connect(host, parsed, port):
            raise AddressRefused

    def _is_opened(self, host: Host, port: int) -> bool:
        if host.address is not None:
            return self._allow.covers(host.address, port)
        return self._allow.names(host, port)

    def _may_connect(self, host: Host, address: Address, port: int) -> bool:
        found = special(address)
        if found is None:
            return True
        if found.openable is RequiredEntry.BY_NAME_OR_NETWORK:
            return self._allow.names(host, port) or self._allow.covers(address, port)
        return found.openable is RequiredEntry.BY_ADDRESS and self._allow.covers(address, port, exactly=True)

    def _closed(self, target: Target, address: Address) -> str:
        found = special(address)
        kind = found.kind if found else "a public address"
        if found is not None and found.openable is RequiredEntry.NEVER:
            return f"{target.host.name} is {kind}; use the provider's public address."
        return f"{target.host.name} is {kind}; use a public one{_or_opened(target)}"


def _or_opened(target: Target) -> str:
    return f", or have the operator add {target.place} to {SETTING}."
