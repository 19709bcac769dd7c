"""Guards around adapters of other packages, so that their errors do not affect the rest of the service."""

import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from traceback import extract_tb
from typing import Final

from adapters.providers.connection_secrets import secrets_of
from application.errors import InvalidInput
from application.policies.redaction import quote, redact
from application.ports.outbound_http import Outbound
from application.ports.provider_adapter import EmbeddingAdapter, PromptAdapter, ProviderAdapter
from application.ports.provider_gateway import (
    CallOutcome,
    OfferedModel,
    ProviderConnection,
    ProviderType,
    UpstreamFailure,
)
from application.prompts.completion import Completion, CompletionEvent, StreamStarted
from application.prompts.embedding import Embedded, EmbeddingRequest
from application.prompts.generation import GenerationRequest
from domain.model.values import MODEL_TYPES, Lifecycle, checked_lifecycle

_log = logging.getLogger(__name__)

# What the port allows an adapter to raise, and what the gateway's own deadline raises inside it.
_ALLOWED: Final = (UpstreamFailure, TimeoutError)
_ALLOWED_OF_PROMPTS: Final = (*_ALLOWED, InvalidInput)


class AdapterUnusable(ValueError):
    """The object that a package provides is not a valid adapter."""


@dataclass(slots=True)
class CaughtError:
    """The error that a plug-in raised inside `catch_plugin_errors`, or none."""

    error: Exception | None = None


@contextmanager
def catch_plugin_errors(passing: tuple[type[Exception], ...] = ()) -> Iterator[CaughtError]:
    """End the block at any exception of a plug-in and store it, so that one broken package does not stop the service.

    Exceptions of the types in `passing`, and a cancellation, propagate.
    """
    caught = CaughtError()
    try:
        yield caught
    except passing:
        raise
    except Exception as error:  # noqa: BLE001 - third-party code may raise anything
        caught.error = error


class GuardedAdapter:
    """Wraps an adapter of another package: its exceptions become provider failures, and its secrets are redacted."""

    def __init__(self, adapter: ProviderAdapter) -> None:
        self.type: ProviderType = adapter.type
        self._adapter = adapter

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> CallOutcome:
        with catch_plugin_errors(passing=_ALLOWED) as caught, _redacted_failures(connection):
            outcome: object = await self._adapter.probe(connection, outbound)
            if isinstance(outcome, CallOutcome):
                return _without_secrets(outcome, connection)
            raise AdapterUnusable("its probe returned something other than a CallOutcome")
        raise self._failure(caught.error)

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> Sequence[OfferedModel]:
        with catch_plugin_errors(passing=_ALLOWED) as caught, _redacted_failures(connection):
            models = list(await self._adapter.list_models(connection, outbound))
            for model in models:
                if not isinstance(model, OfferedModel):
                    raise AdapterUnusable("its list has something other than an OfferedModel")
                if model.type not in (None, *MODEL_TYPES):
                    raise AdapterUnusable(f"its list has a model of the type {model.type!r}")
                checked_lifecycle(Lifecycle(lifecycle=model.lifecycle, retires_on=model.retires_on))
            return models
        raise self._failure(caught.error)

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        adapter = self._prompt_adapter()
        with catch_plugin_errors(passing=_ALLOWED_OF_PROMPTS) as caught, _redacted_failures(connection):
            completion: object = await adapter.generate(connection, request, outbound)
            if isinstance(completion, Completion):
                return completion
            raise AdapterUnusable("its generate returned something other than a Completion")
        raise self._failure(caught.error)

    async def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        adapter = self._prompt_adapter()
        with catch_plugin_errors(passing=_ALLOWED_OF_PROMPTS) as caught, _redacted_failures(connection):
            async with aclosing(adapter.stream(connection, request, outbound)) as events:
                has_started = False
                async for event in events:
                    if not isinstance(event, CompletionEvent):
                        raise AdapterUnusable("its stream has something other than a delta or a Completion")
                    if not has_started and not isinstance(event, StreamStarted):
                        yield StreamStarted()
                    has_started = True
                    yield event
                    if isinstance(event, Completion):
                        return
            raise AdapterUnusable("its stream ended without a Completion")
        raise self._failure(caught.error)

    async def embed(self, connection: ProviderConnection, request: EmbeddingRequest, outbound: Outbound) -> Embedded:
        if not isinstance(self._adapter, EmbeddingAdapter):
            raise UpstreamFailure(
                CallOutcome(
                    "bad_request",
                    f"The adapter for {self.type.label} has no embeddings.",
                    hint="Use an embedding model of another provider.",
                )
            )
        with catch_plugin_errors(passing=_ALLOWED_OF_PROMPTS) as caught, _redacted_failures(connection):
            embedded: object = await self._adapter.embed(connection, request, outbound)
            if isinstance(embedded, Embedded):
                return embedded
            raise AdapterUnusable("its embed returned something other than an Embedded")
        raise self._failure(caught.error)

    def _prompt_adapter(self) -> PromptAdapter:
        if isinstance(self._adapter, PromptAdapter):
            return self._adapter
        raise UpstreamFailure(
            CallOutcome(
                "bad_request",
                f"The adapter for {self.type.label} does not run prompts.",
                hint="Use a model of another provider, or a newer version of the package that contains the adapter.",
            )
        )

    def _failure(self, error: Exception | None) -> UpstreamFailure:
        """Log the location of the exception without its text, which may hold secrets, and return the failure."""
        frames = extract_tb(error.__traceback__) if error else []
        name = type(error).__name__
        _log.error("The adapter of the provider type %r raised %s in %s", self.type.name, name, frames[-1:])
        return UpstreamFailure(
            CallOutcome(
                "provider_error",
                f"The adapter for {self.type.label} failed ({name}).",
                hint="This is a defect of the package that contains the adapter; report it to its authors.",
            )
        )


@contextmanager
def _redacted_failures(connection: ProviderConnection) -> Iterator[None]:
    """Raise failures of the block without the connection's secrets in them."""
    try:
        yield
    except UpstreamFailure as error:
        raise UpstreamFailure(_without_secrets(error.failure, connection)) from None


def _without_secrets(outcome: CallOutcome, connection: ProviderConnection) -> CallOutcome:
    secrets = secrets_of(connection)
    request_id, said = outcome.upstream_request_id, outcome.upstream_message
    return replace(
        outcome,
        message=redact(outcome.message, secrets),
        hint=outcome.hint and redact(outcome.hint, secrets),
        upstream_request_id=request_id and redact(request_id, secrets),
        upstream_message=said and quote(said, secrets),
    )
