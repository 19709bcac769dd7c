"""Asking a provider and understanding its answer."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import orjson

from adapters.providers.verdicts import meanings
from adapters.providers.verdicts.classify import classify, finding_of, request_id_of
from adapters.providers.verdicts.limits import limits_of
from application.ports.outbound import OutboundRequest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from adapters.providers.verdicts.classify import Purpose
    from adapters.providers.verdicts.rules import Dialect
    from adapters.providers.verdicts.verdict import Verdict
    from application.ports.outbound import Outbound, OutboundResponse, OutboundStream
    from application.ports.provider_adapter import Finding
    from application.ports.provider_gateway import ProviderConnection, Timings, UpstreamFailure

_MEBIBYTE: Final = 1024 * 1024
# A shorter one might stand in an answer by chance; no provider's key is that short.
_SHORTEST_KEY: Final = 8
_CONNECT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an answer may take, in seconds, and how large it may be, in bytes."""

    seconds: float
    max_bytes: int


FOR_A_PROBE: Final = Patience(seconds=1.8, max_bytes=4 * _MEBIBYTE)
FOR_A_LIST: Final = Patience(seconds=20.0, max_bytes=16 * _MEBIBYTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How a provider is spoken to: where its key goes, and how it words its refusals."""

    dialect: Dialect
    headers: Callable[[ProviderConnection], dict[str, str]]


def bearer(connection: ProviderConnection) -> dict[str, str]:
    """Return the key as most providers take it; nothing when there is none."""
    return {"Authorization": f"Bearer {connection.api_key}"} if connection.api_key else {}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, whole or its head alone. The key is no longer in it, whatever the provider sent back."""

    exchange: Exchange
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    timings: Timings

    @cached_property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        """The JSON of a success; none when it is a refusal or no JSON."""
        try:
            return orjson.loads(self.body) if 200 <= self.status < 300 else None  # noqa: PLR2004
        except orjson.JSONDecodeError:
            return None

    def fine(self, *, models: int | None = None, proves_key: bool = True) -> Finding:
        """Return that all is well; an answer that anybody gets does not prove the key."""
        if not self.exchange.has_key:
            verdict = meanings.FINE_WITHOUT_KEY
        else:
            verdict = meanings.FINE if proves_key else meanings.FINE_WITH_ANY_KEY
        return self.means(verdict).counted(models)

    def means(self, verdict: Verdict) -> Finding:
        """Return a meaning that only the adapter could tell."""
        return replace(
            finding_of(self.exchange.dialect, verdict),
            http_status=self.status,
            upstream_request_id=request_id_of(self.headers, self.exchange.key),
            rate_limit=limits_of(self.headers),
            timings=self.timings,
        )

    def refusal(self, purpose: Purpose = "listing") -> Finding:
        """Return what the answer means, given that it is not what was asked for."""
        exchange = self.exchange
        finding = classify(
            exchange.dialect,
            self.status,
            self.headers,
            self.body,
            now=exchange.clock(),
            purpose=purpose,
            secret=exchange.key,
        )
        if finding.category == "auth_invalid" and not exchange.has_key:
            return self.means(meanings.NO_KEY)
        return replace(finding, timings=self.timings)


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


class Exchange:
    """Questions to one provider, with one key."""

    def __init__(
        self, wire: Wire, connection: ProviderConnection, outbound: Outbound, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Prepare; nothing is sent yet.

        Raises:
            UpstreamFailure: the key has blanks, line breaks or other characters that cannot be sent.
        """
        self.dialect = wire.dialect
        self.clock = clock
        self.key = connection.api_key or ""
        self.has_key = bool(self.key)
        if not (self.key.isascii() and self.key.isprintable() and " " not in self.key):
            raise self.failure(meanings.UNUSABLE_KEY)
        self._headers = {"Accept": "application/json", **wire.headers(connection)}
        self._outbound = outbound

    async def get(self, url: str, patience: Patience) -> Answer:
        """Ask for a document.

        Raises:
            OutboundFailure: there was no answer that could be read.
        """
        return await self._ask("GET", url, patience)

    async def post(self, url: str, json: Mapping[str, Any], patience: Patience) -> Answer:
        """Send a document; errors as for `get`."""
        return await self._ask("POST", url, patience, json)

    @asynccontextmanager
    async def stream(
        self, url: str, json: Mapping[str, Any], patience: Patience
    ) -> AsyncGenerator[tuple[Answer, OutboundStream]]:
        """Send a document and hand out the answer when its headers are here, with nothing of the body in it yet.

        The patience is for the headers, and for each silence after them; how long it may take in all is for the caller
        to bound. Leaving the block ends the call.

        Raises:
            OutboundFailure: there were no headers that could be read.
        """
        request = OutboundRequest(
            method="POST",
            url=url,
            headers=self._headers | {"Accept": "text/event-stream, application/json"},
            json=json,
            total_seconds=None,
            connect_seconds=min(patience.seconds, _CONNECT_SECONDS),
            read_idle_seconds=patience.seconds,
            max_bytes=patience.max_bytes,
        )
        async with self._outbound.stream(request) as incoming:
            yield self._answer(incoming, b""), incoming

    def without_key(self, content: bytes) -> bytes:
        """Return what came from the provider with the key taken out."""
        return content.replace(self.key.encode(), b"[redacted]") if len(self.key) >= _SHORTEST_KEY else content

    def failure(self, verdict: Verdict) -> UpstreamFailure:
        """Return, as an error, a meaning that no single answer has."""
        return finding_of(self.dialect, verdict).failure()

    async def _ask(self, method: str, url: str, patience: Patience, json: Mapping[str, Any] | None = None) -> Answer:
        response = await self._outbound.request(
            OutboundRequest(
                method=method,
                url=url,
                headers=self._headers,
                json=json,
                total_seconds=patience.seconds,
                connect_seconds=min(patience.seconds, _CONNECT_SECONDS),
                read_idle_seconds=patience.seconds,
                max_bytes=patience.max_bytes,
            )
        )
        return self._answer(response, self.without_key(response.body))

    def _answer(self, response: OutboundResponse | OutboundStream, body: bytes) -> Answer:
        # The port gives the names in lower case.
        headers = dict(response.headers.items())
        if len(self.key) >= _SHORTEST_KEY:
            headers = {name: value.replace(self.key, "[redacted]") for name, value in headers.items()}
        return Answer(exchange=self, status=response.status, headers=headers, body=body, timings=response.timings)
