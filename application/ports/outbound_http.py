"""Calls over HTTP to addresses that tenants chose: guarded, bounded in time and size, and never followed elsewhere."""

from collections.abc import AsyncIterator, ItemsView, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from application.ports.provider_gateway import CallOutcome, Timings, UpstreamFailure
from domain.provider.values import Endpoint

FailureCategory = Literal["unreachable", "timeout", "tls", "endpoint_refused", "unexpected_body"]
"""The part of `provider_gateway.Category` that can be known without understanding the answer."""

_HINTS: Final[Mapping[FailureCategory, str]] = {
    "unreachable": "Check the host and port of the endpoint, and that the server is running and lets this service in.",
    "timeout": "Try again; if it lasts, check the endpoint and look at the provider's status page.",
    "tls": "Check that the endpoint's name is the one in the server's certificate, and who has signed that.",
    "endpoint_refused": "Choose a public https address, or ask the operator of this service to allow this one.",
    "unexpected_body": "Check that the endpoint is the API's base address, and whether there is a proxy in between.",
}

_MEBIBYTE = 1024 * 1024


class Headers(Mapping[str, str]):
    """The headers of an answer: names in lower case, looked up in any case; a repeated header is joined by commas."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        found = list(pairs)
        self._values = {name.lower(): value for name, value in found}
        if len(self._values) < len(found):
            self._values = _joined(found)

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def items(self) -> ItemsView[str, str]:
        """Return the names, in lower case, with their values."""
        return self._values.items()

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __repr__(self) -> str:
        return f"Headers({', '.join(self._values)})"


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        values[key] = f"{values[key]}, {value}" if key in values else value
    return values


@dataclass(slots=True, kw_only=True)
class OutboundRequest:
    """One call. Keys belong in `headers`, never in the URL; neither headers, body nor query are ever represented.

    `url` is sent exactly as given, so it must be percent-encoded already, and its host in the normal form of
    `Outbound.checked`; a query is allowed here. `json` is sent as a JSON body, `content` is JSON already and sent
    as it is; none sends no body.

    `total_seconds` bounds the whole call, name lookup to last byte; none is for streams alone. `connect_seconds` bounds
    the wait for a free connection, name lookup, connection and TLS handshake together. `read_idle_seconds` is the
    longest silence; the headers of a stream must arrive within `connect_seconds + read_idle_seconds`. `max_bytes`
    bounds the body, as sent and as decompressed.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any | None = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    total_seconds: float | None = 30.0
    connect_seconds: float = 5.0
    read_idle_seconds: float = 30.0
    max_bytes: int = 16 * _MEBIBYTE


@dataclass(slots=True, kw_only=True)
class OutboundResponse:
    """A whole answer, whatever its status; a redirect is an answer like any other. `body` is decompressed."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    timings: Timings
    total_ms: float


class OutboundFailure(UpstreamFailure):
    """The provider could not be called, or its answer could not be read.

    The message names at most the host and port; it never holds a path, a query, a header or a byte of the answer.
    `was_sent` is whether the provider may have received the request: when it is false a repeat is always safe.
    """

    def __init__(
        self,
        category: FailureCategory,
        message: str,
        *,
        hint: str | None = None,
        timings: Timings | None = None,
        was_sent: bool = False,
        broke_off: bool = False,
    ) -> None:
        """Report the failure.

        `hint` takes the place of the category's own; `broke_off`: the answer had begun, then the connection was lost.
        """
        super().__init__(
            CallOutcome(
                category,
                message,
                hint=hint or _HINTS[category],
                is_retryable=category in {"timeout", "unreachable"} or broke_off,
                timings=timings or Timings(),
            )
        )
        self.was_sent = was_sent


class OutboundStream(Protocol):
    """An answer that is read while it arrives. Leaving its context closes the connection, so the provider notices."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Headers:
        """The headers of the answer."""
        ...

    @property
    def timings(self) -> Timings:
        """How long it took until the headers were here."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the decompressed body as it arrives, cut anywhere, no chunk empty; once only.

        Raises:
            OutboundFailure: too much silence (`timeout`), too many bytes, a broken encoding or an early end
                (`unexpected_body`).
        """
        ...

    async def read(self, limit: int) -> bytes:
        """Return at most the first `limit` bytes of the body, for error answers; errors as for `chunks`.

        What exceeds the limit is dropped, not refused.
        """
        ...


class Outbound(Protocol):
    """The only way out. Follows no redirect, keeps no cookie, uses no proxy but the operator's, and verifies TLS."""

    async def request(self, request: OutboundRequest) -> OutboundResponse:
        """Call and return the whole answer.

        Raises:
            OutboundFailure: there was none that could be read.
        """
        ...

    def stream(self, request: OutboundRequest) -> AbstractAsyncContextManager[OutboundStream]:
        """Call and hand out the answer as soon as its headers are here; errors as for `request`, on entering."""
        ...

    def checked(self, url: str) -> Endpoint:
        """Return the base URL in normal form, checked as far as that is possible without looking its name up.

        The name's addresses are checked again whenever a connection is made.

        Raises:
            EndpointRefused: it is not a base URL this service may call (`/endpoint`); the message says what to do.
        """
        ...

    def is_inside(self, url: str) -> bool:
        """Return whether the server of the URL is one that the operator has opened, and so may be inside a network."""
        ...

    async def check_address(self, url: str) -> None:
        """Check that this service may call the address: the URL itself, and all addresses its name resolves to now.

        Raises:
            EndpointRefused: it may not, or the name cannot be looked up.
        """
        ...


class ReceiverAddresses(Protocol):
    """Checks addresses that are called for webhooks, whose paths and queries are somebody else's."""

    def checked_receiver(self, url: str) -> Endpoint:
        """Return the address of a webhook's receiver in normal form, path and query as they are given.

        Checked as `Outbound.checked` does it.

        Raises:
            EndpointRefused: it is not an address this service may call (`/url`); the message says what to do.
        """
        ...
