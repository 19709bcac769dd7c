"""The gateway to all provider types, built in and installed."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from time import perf_counter
from typing import Any, Final, Self

from adapters.providers.anthropic.adapter import Anthropic
from adapters.providers.azure.adapter import AzureOpenAI
from adapters.providers.check_settings import checked_settings
from adapters.providers.connection_reports import report
from adapters.providers.google.adapter import Google
from adapters.providers.installed_adapters import BrokenAdapter, installed_adapters
from adapters.providers.openai.adapter import OpenAI
from adapters.providers.openai_compatible.adapter import OpenAICompatible
from adapters.providers.provider_client import utc_now
from application.deadline import Deadline
from application.errors import InvalidInput
from application.ports.outbound_http import Outbound, OutboundFailure, OutboundRequest
from application.ports.provider_adapter import EmbeddingAdapter, PromptAdapter, ProviderAdapter, TokenCounter
from application.ports.provider_gateway import (
    CallOutcome,
    OfferedModel,
    ProviderConnection,
    ProviderType,
    TestReport,
    UpstreamFailure,
)
from application.prompts.completion import Completion, CompletionEvent
from application.prompts.embedding import Embedded, EmbeddingRequest
from application.prompts.generation import GenerationRequest
from application.prompts.prompt_errors import TokensNotCounted
from application.request_modifiers import AlteredRequests
from domain.provider.values import Endpoint

PROBE_SECONDS: Final = 2.0
LISTING_SECONDS: Final = 60.0
# What is left for making and sending the report.
_MARGIN: Final = 0.1
_BUILT_IN: Final = (OpenAI, Anthropic, Google, AzureOpenAI, OpenAICompatible)

_log = logging.getLogger(__name__)


def keyed_types() -> list[str]:
    """Return the names of the types, built in and installed, that cannot be called without a key."""
    built_in = {adapter.type.name: adapter() for adapter in _BUILT_IN}
    installed, _ = installed_adapters(built_in)
    return [adapter.type.name for adapter in (*built_in.values(), *installed) if adapter.type.needs_key]


class Gateway:
    """Implements `ProviderGateway`, `Generation` and `Embeddings` with the built-in types and those of packages."""

    def __init__(
        self, outbound: Outbound, *, reserve: Outbound | None = None, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Load the adapters; one that cannot be loaded is logged, and named when its type is requested.

        Connection tests go out over the `reserve`, so that no prompt keeps them from it.
        """
        self._outbound = outbound
        self._reserve = reserve or outbound
        self._clock = clock
        self._adapters: dict[str, PromptAdapter] = {adapter.type.name: adapter() for adapter in _BUILT_IN}
        installed, broken = installed_adapters(self._adapters)
        self._adapters |= {adapter.type.name: adapter for adapter in installed}
        self.broken_adapters: tuple[BrokenAdapter, ...] = tuple(broken)
        for each in broken:
            _log.warning("The provider type %r of %s cannot be used: %s", each.name, each.origin, each.reason)

    def types(self) -> Sequence[ProviderType]:
        return [adapter.type for adapter in self._adapters.values()]

    def checked_endpoint(self, provider_type: str, endpoint: str | None) -> Endpoint:
        known = self._type(provider_type)
        url = known.default_endpoint if endpoint is None else endpoint
        if url is None:
            raise InvalidInput("/endpoint", f"{known.label} has no endpoint of its own: give the one to use.")
        return replace(self._outbound.checked(url), is_account_in_path=known.is_account_in_path)

    def checked_settings(self, provider_type: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        return checked_settings(self._type(provider_type), settings)

    def own_headers(self, provider_type: str) -> Collection[str]:
        adapter = self._adapters.get(provider_type)
        return () if adapter is None else adapter.type.own_headers

    def is_account_in_path(self, provider_type: str) -> bool:
        adapter = self._adapters.get(provider_type)
        return adapter is not None and adapter.type.is_account_in_path

    async def probe(self, connection: ProviderConnection) -> TestReport:
        started = perf_counter()
        outcome = await self._outcome(connection)
        elapsed_ms = (perf_counter() - started) * 1000
        return report(outcome, response_time_ms=elapsed_ms, checked_at=self._clock())

    async def list_models(self, connection: ProviderConnection) -> Sequence[OfferedModel]:
        adapter = self._adapter(connection)
        async with _deadline(adapter, LISTING_SECONDS):
            return await adapter.list_models(connection, self._outbound_for(connection))

    async def generate(self, connection: ProviderConnection, request: GenerationRequest) -> Completion:
        adapter = self._adapter(connection)
        async with _deadline(adapter, request.deadline_seconds):
            return await adapter.generate(connection, request, self._outbound_for(connection))

    async def embed(self, connection: ProviderConnection, request: EmbeddingRequest) -> Embedded:
        adapter = self._adapter(connection)
        if not isinstance(adapter, EmbeddingAdapter):
            raise UpstreamFailure(
                CallOutcome(
                    "bad_request",
                    f"{adapter.type.label} has no embeddings API that this service supports.",
                    hint="Use an embedding model of another provider.",
                )
            )
        async with _deadline(adapter, request.deadline_seconds):
            return await adapter.embed(connection, request, self._outbound_for(connection))

    @asynccontextmanager
    async def stream(
        self, connection: ProviderConnection, request: GenerationRequest
    ) -> AsyncGenerator[AsyncIterator[CompletionEvent]]:
        adapter = self._adapter(connection)
        async with aclosing(adapter.stream(connection, request, self._outbound_for(connection))) as events:
            yield _InTime(events, _deadline(adapter, request.deadline_seconds))

    async def count_tokens(self, connection: ProviderConnection, request: GenerationRequest) -> int:
        adapter = self._adapter(connection)
        if not isinstance(adapter, TokenCounter):
            raise TokensNotCounted
        async with _deadline(adapter, request.deadline_seconds):
            return await adapter.count_tokens(connection, request, self._outbound_for(connection))

    async def _outcome(self, connection: ProviderConnection) -> CallOutcome:
        adapter = self._adapters.get(connection.provider_type)
        if adapter is None:
            return self._missing(connection.provider_type)
        try:
            async with asyncio.timeout(PROBE_SECONDS - _MARGIN):
                return await adapter.probe(connection, _with_headers(self._reserve, connection))
        except TimeoutError:
            return _too_late(adapter, PROBE_SECONDS).failure
        except UpstreamFailure as error:
            return error.failure

    def _outbound_for(self, connection: ProviderConnection) -> Outbound:
        return _with_headers(self._outbound, connection)

    def _adapter(self, connection: ProviderConnection) -> PromptAdapter:
        adapter = self._adapters.get(connection.provider_type)
        if adapter is None:
            raise UpstreamFailure(self._missing(connection.provider_type))
        return adapter

    def _type(self, name: str) -> ProviderType:
        adapter = self._adapters.get(name)
        if adapter is None:
            outcome = self._missing(name)
            raise InvalidInput("/providerType", f"{outcome.message} {outcome.hint}")
        return adapter.type

    def _missing(self, name: str) -> CallOutcome:
        broken = next((each for each in self.broken_adapters if each.name == name), None)
        if broken is not None:
            return CallOutcome(
                "bad_request",
                f"The provider type {name!r} of {broken.origin} cannot be used.",
                hint=f"Repair or remove that package: {broken.reason}.",
            )
        return CallOutcome(
            "bad_request",
            "There is no such provider type.",
            hint=f"There are: {', '.join(sorted(self._adapters))}.",
        )


def _with_headers(outbound: Outbound, connection: ProviderConnection) -> Outbound:
    """Return the way out that adds the connection's extra headers, but those that the adapter sets itself."""
    if not connection.extra_headers:
        return outbound

    def with_headers(request: OutboundRequest) -> OutboundRequest:
        own = {name.lower() for name in request.headers}
        extra = {name: value for name, value in connection.extra_headers.items() if name.lower() not in own}
        return replace(request, headers={**request.headers, **extra})

    return AlteredRequests(outbound, with_headers)


class _InTime:
    """Events of which the first comes within a deadline."""

    def __init__(self, events: AsyncGenerator[CompletionEvent], deadline: Deadline) -> None:
        self._events = events
        self._deadline: Deadline | None = deadline

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> Awaitable[CompletionEvent]:
        deadline, self._deadline = self._deadline, None
        return anext(self._events) if deadline is None else self._first(deadline)

    async def _first(self, deadline: Deadline) -> CompletionEvent:
        async with deadline:
            return await anext(self._events)


def _deadline(adapter: ProviderAdapter, seconds: float) -> Deadline:
    """Return a block that ends with a failure when the time is over."""
    return Deadline(seconds, partial(_too_late, adapter, seconds))


def _too_late(adapter: ProviderAdapter, seconds: float) -> OutboundFailure:
    return OutboundFailure("timeout", f"{adapter.type.label} did not answer within {seconds:g} seconds.")
