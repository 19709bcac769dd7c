"""The HTTP client for one provider connection."""

from codecs import BOM_UTF8
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from adapters.providers.connection_secrets import secrets_of
from adapters.providers.error_mapping import error_kinds
from adapters.providers.error_mapping.classify_error import Purpose, classify_error, outcome_of, request_id_of
from adapters.providers.error_mapping.error_kinds import ErrorKind
from adapters.providers.error_mapping.error_rule import ProviderRules
from adapters.providers.error_mapping.rate_limit_headers import limits_of
from application.json_value_count import has_few_values
from application.ports.outbound_http import Outbound, OutboundRequest, OutboundResponse, OutboundStream
from application.ports.provider_gateway import CallOutcome, ProviderConnection, Timings, UpstreamFailure
from application.run_in_thread import run_in_thread_if_large

_MEBIBYTE: Final = 1024 * 1024
# A shorter one might be in an answer by chance; no provider's key is that short.
_SHORTEST_KEY: Final = 8
_CONNECT_SECONDS: Final = 5.0
# 2,048 embeddings of 1,536 numbers each.
_MOST_VALUES: Final = 3_500_000
# A page of a thousand of Anthropic's models, each with a tree of what it can do; some 50 ms of parsing.
_MOST_CONTAINERS: Final = 100_000
_LARGE_BODY: Final = 64 * 1024
_UNREAD: Final = object()
_CLIENT: Final = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """The deadline of a request in seconds, and the maximum size of its response in bytes."""

    seconds: float
    max_bytes: int


PROBE_LIMITS: Final = RequestLimits(seconds=1.8, max_bytes=4 * _MEBIBYTE)
LIST_LIMITS: Final = RequestLimits(seconds=20.0, max_bytes=16 * _MEBIBYTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """Provider-specific options of the client: request headers with the key, and error rules."""

    rules: ProviderRules
    headers: Callable[[ProviderConnection], dict[str, str]]


def bearer(connection: ProviderConnection) -> dict[str, str]:
    """Return the `Authorization: Bearer` header; empty without a key."""
    return {"Authorization": f"Bearer {connection.api_key}"} if connection.api_key else {}


@dataclass(slots=True, kw_only=True)
class ProviderResponse:
    """A provider's response, or only its headers. The secrets are redacted from it."""

    exchange: "ProviderClient"
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    timings: Timings

    _document: Any = field(default=_UNREAD, init=False, repr=False)
    _holds_too_much: bool | None = field(default=None, init=False, repr=False)

    @property
    def holds_too_much(self) -> bool:
        """Whether the body of a success has more values than are read."""
        if self._holds_too_much is None:
            # Once: of many megabytes it takes some 60 ms, in the thread that reads them and not again in the loop.
            self._holds_too_much = 200 <= self.status < 300 and not has_few_values(  # noqa: PLR2004 - classes of status
                self.body, _MOST_VALUES, _MOST_CONTAINERS
            )
        return self._holds_too_much

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        """The JSON body of a success; None for an error, and for a body that is not JSON or holds too many values."""
        if self._document is _UNREAD:
            self._document = self._read()
        return self._document

    def _read(self) -> Any:  # noqa: ANN401 - JSON
        if not 200 <= self.status < 300 or self.holds_too_much:  # noqa: PLR2004
            return None
        try:
            return orjson.loads(self.body.removeprefix(BOM_UTF8))
        except orjson.JSONDecodeError:
            return None

    def success(self, *, models: int | None = None, proves_key: bool = True) -> CallOutcome:
        """Return the outcome of a success. `proves_key` is false for a response that needs no valid key."""
        if not self.exchange.has_key:
            error_kind = error_kinds.OK_WITHOUT_KEY
        else:
            error_kind = error_kinds.OK if proves_key else error_kinds.OK_WITH_ANY_KEY
        return self.outcome_for(error_kind).counted(models)

    def outcome_for(self, error_kind: ErrorKind) -> CallOutcome:
        """Return the outcome for an error kind that the adapter has determined."""
        return replace(
            outcome_of(self.exchange.rules, error_kind),
            http_status=self.status,
            upstream_request_id=request_id_of(self.headers, self.exchange.secrets),
            rate_limit=limits_of(self.headers),
            timings=self.timings,
        )

    def refusal(self, purpose: Purpose = "listing") -> CallOutcome:
        """Classify the response as an error."""
        exchange = self.exchange
        outcome = classify_error(
            exchange.rules,
            self.status,
            self.headers,
            self.body,
            now=exchange.clock(),
            purpose=purpose,
            secrets=exchange.secrets,
        )
        if outcome.category == "auth_invalid" and not exchange.has_key:
            return self.outcome_for(error_kinds.NO_KEY)
        return replace(outcome, timings=self.timings)


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def client_for(wire: ClientOptions, connection: ProviderConnection, outbound: Outbound) -> "ProviderClient":
    """Return the client for calls over the connection, made once for all calls with the same options.

    Raises:
        UpstreamFailure: as for the client itself.
    """
    known: ProviderClient | None = connection.kept.get(_CLIENT)
    if known is not None and known.outbound is outbound and (known.wire is wire or known.wire == wire):
        return known
    client = connection.kept[_CLIENT] = ProviderClient(wire, connection, outbound)
    return client


class ProviderClient:
    """Sends requests to one provider with one key; `secrets` are what must not be revealed of them."""

    def __init__(
        self,
        wire: ClientOptions,
        connection: ProviderConnection,
        outbound: Outbound,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Create the client; nothing is sent.

        Raises:
            UpstreamFailure: the key has blanks, line breaks or other characters that cannot be sent.
        """
        self.wire = wire
        self.rules = wire.rules
        self.outbound = outbound
        self.clock = clock
        key = connection.api_key or ""
        self.secrets = secrets_of(connection)
        self.has_key = bool(key)
        if not (key.isascii() and key.isprintable() and " " not in key):
            raise self.failure(error_kinds.UNUSABLE_KEY)
        self._headers = {"Accept": "application/json", **wire.headers(connection)}
        self._stream_headers = {**self._headers, "Accept": "text/event-stream, application/json"}
        self._searched = [secret for secret in self.secrets if len(secret) >= _SHORTEST_KEY]
        self._searched_bytes = [secret.encode() for secret in self._searched]

    async def get(self, url: str, limits: RequestLimits) -> ProviderResponse:
        """Send a GET request.

        Raises:
            OutboundFailure: there was no answer that could be read.
        """
        return await self._whole(await self.outbound.request(self._request("GET", url, limits)))

    async def post(self, url: str, json: Mapping[str, Any], limits: RequestLimits) -> ProviderResponse:
        """Send a POST request with a JSON body; errors as for `get`."""
        return await self._whole(await self.outbound.request(self._request("POST", url, limits, json)))

    @asynccontextmanager
    async def stream(
        self, url: str, json: Mapping[str, Any], limits: RequestLimits
    ) -> AsyncGenerator[tuple[ProviderResponse, OutboundStream]]:
        """Send a POST request and yield the response as soon as its headers have arrived.

        The time limit applies to the headers and to each pause after them, not to the whole stream. Leaving the block
        closes the connection.

        Raises:
            OutboundFailure: there were no headers that could be read.
        """
        request = OutboundRequest(
            method="POST",
            url=url,
            headers=self._stream_headers,
            json=json,
            total_seconds=None,
            connect_seconds=min(limits.seconds, _CONNECT_SECONDS),
            read_idle_seconds=limits.seconds,
            max_bytes=limits.max_bytes,
        )
        async with self.outbound.stream(request) as incoming:
            yield self._answer(incoming, b""), incoming

    def is_inside(self, url: str) -> bool:
        """Return whether the provider may be inside the operator's network."""
        return self.outbound.is_inside(url)

    async def check_address(self, url: str) -> None:
        """Check that this service itself may call the address.

        Raises:
            EndpointRefused: it may not.
        """
        await self.outbound.check_address(url)

    def without_secrets(self, content: bytes) -> bytes:
        """Return the content with the key and the values of extra headers redacted."""
        for secret in self._searched_bytes:
            content = content.replace(secret, b"[redacted]")
        return content

    def failure(self, error_kind: ErrorKind) -> UpstreamFailure:
        """Return the exception for an error kind that does not stem from a single response."""
        return UpstreamFailure(outcome_of(self.rules, error_kind))

    def _request(
        self, method: str, url: str, limits: RequestLimits, json: Mapping[str, Any] | None = None
    ) -> OutboundRequest:
        return OutboundRequest(
            method=method,
            url=url,
            headers=self._headers,
            json=json,
            total_seconds=limits.seconds,
            connect_seconds=min(limits.seconds, _CONNECT_SECONDS),
            read_idle_seconds=limits.seconds,
            max_bytes=limits.max_bytes,
        )

    async def _whole(self, response: OutboundResponse) -> ProviderResponse:
        """Return the response; a large one is searched and parsed in a thread, before its document is requested."""
        if len(response.body) <= _LARGE_BODY:
            return self._answer(response, self.without_secrets(response.body))

        def searched() -> ProviderResponse:
            answer = self._answer(response, self.without_secrets(response.body))
            _ = answer.document
            return answer

        return await run_in_thread_if_large(response.body, searched, large=_LARGE_BODY)

    def _answer(self, response: OutboundResponse | OutboundStream, body: bytes) -> ProviderResponse:
        # The port gives the names in lower case.
        headers = dict(response.headers.items())
        values = "\n".join(headers.values())
        for secret in self._searched:
            if secret in values:
                headers = {name: value.replace(secret, "[redacted]") for name, value in headers.items()}
        return ProviderResponse(
            exchange=self, status=response.status, headers=headers, body=body, timings=response.timings
        )
