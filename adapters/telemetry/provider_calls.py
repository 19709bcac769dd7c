"""Traces calls of models by OpenTelemetry's conventions for generative AI: figures and names, never content.

The conventions: github.com/open-telemetry/semantic-conventions-genai.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import urlsplit

from application.errors import ApplicationError
from application.ports.provider_gateway import ProviderConnection, UpstreamFailure
from application.ports.tracing import Attribute, Attributes, Span, Tracer
from application.prompts.completion import Completion, CompletionEvent, TokenUsage
from application.prompts.embedding import Embedded, EmbeddingRequest, Embeddings
from application.prompts.generation import CallProgress, Generation, GenerationRequest

# The conventions' names of providers, by our types and, for those that speak OpenAI's protocol, by their hosts.
_PROVIDERS: Final = {"google": "gcp.gemini", "azure_openai": "azure.ai.openai"}
_HOSTS: Final = {
    "api.deepseek.com": "deepseek",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral_ai",
    "api.perplexity.ai": "perplexity",
    "api.x.ai": "x_ai",
}
_PORTS: Final = {"https": 443, "http": 80}


class Calls(Generation, Embeddings, Protocol):
    """What calls models."""


def traced(calls: Calls, tracer: Tracer | None) -> Calls:
    """Return what calls models with a span for each call; the same as it was where nothing is traced."""
    return calls if tracer is None else TracedCalls(calls, tracer)


class TracedCalls:
    """Implements `Generation` and `Embeddings` over another implementation."""

    def __init__(self, calls: Calls, tracer: Tracer) -> None:
        self._calls = calls
        self._tracer = tracer

    async def generate(self, connection: ProviderConnection, request: GenerationRequest) -> Completion:
        with (
            self._begun(_generation(connection), connection, request.model_id, request.progress) as call,
            call.span.current(),
        ):
            completion = await self._calls.generate(connection, request)
            call.answered(completion)
            return completion

    @asynccontextmanager
    async def stream(
        self, connection: ProviderConnection, request: GenerationRequest
    ) -> AsyncGenerator[AsyncIterator[CompletionEvent]]:
        with self._begun(
            _generation(connection), connection, request.model_id, request.progress, is_stream=True
        ) as call:
            async with self._calls.stream(connection, request) as events:
                yield _TracedEvents(events, call)

    async def embed(self, connection: ProviderConnection, request: EmbeddingRequest) -> Embedded:
        with self._begun("embeddings", connection, request.model_id) as call, call.span.current():
            embedded = await self._calls.embed(connection, request)
            call.succeeded(_usage(embedded.usage) | _answered_by(embedded.answered_by))
            return embedded

    async def count_tokens(self, connection: ProviderConnection, request: GenerationRequest) -> int:
        with self._begun("count_tokens", connection, request.model_id) as call, call.span.current():
            tokens = await self._calls.count_tokens(connection, request)
            call.succeeded({})
            return tokens

    def _begun(
        self,
        operation: str,
        connection: ProviderConnection,
        model: str,
        progress: CallProgress | None = None,
        *,
        is_stream: bool = False,
    ) -> "_Call":
        address = urlsplit(connection.endpoint)
        host = address.hostname or ""
        attributes: dict[str, Attribute] = {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": _provider(connection.provider_type, host),
            "gen_ai.request.model": model,
            "server.address": host,
            "server.port": address.port or _PORTS.get(address.scheme, 0),
        }
        if is_stream:
            attributes["gen_ai.request.stream"] = True
        return _Call(self._tracer.call(f"{operation} {model}", attributes), progress or CallProgress())


class _Call:
    """A call under way, whose span ends with its block."""

    def __init__(self, span: Span, progress: CallProgress) -> None:
        self.span = span
        self._progress = progress
        self._has_succeeded = False
        self.error: BaseException | None = None

    def answered(self, completion: Completion) -> None:
        """Note the whole answer."""
        attributes: dict[str, Attribute] = {
            "gen_ai.response.finish_reasons": [choice.finish_reason for choice in completion.choices],
            **_usage(completion.usage),
            **_answered_by(completion.answered_by),
        }
        if completion.response_id is not None:
            attributes["gen_ai.response.id"] = completion.response_id
        self.succeeded(attributes)

    def succeeded(self, attributes: Attributes) -> None:
        """Note that the call has its answer, whatever becomes of that."""
        self.span.describe(attributes)
        self._has_succeeded = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._has_succeeded:
            self.span.end()
            return
        # What the provider had sent until then.
        self.span.describe(_usage(self._progress.usage) | _answered_by(self._progress.answered_by))
        cause = self.error or error or asyncio.CancelledError()
        if isinstance(cause, UpstreamFailure) and cause.failure.http_status is not None:
            self.span.describe({"http.response.status_code": cause.failure.http_status})
        self.span.end(_error_type(cause))


class _TracedEvents:
    """The events of a stream. The first is requested within the call's span: with it the call is made."""

    def __init__(self, events: AsyncIterator[CompletionEvent], call: _Call) -> None:
        self._events = events
        self._call = call
        self._has_begun = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> CompletionEvent:
        try:
            if self._has_begun:
                event = await anext(self._events)
            else:
                self._has_begun = True
                with self._call.span.current():
                    event = await anext(self._events)
        except (UpstreamFailure, asyncio.CancelledError) as error:
            # Whoever reads the stream may raise another one instead.
            self._call.error = error
            raise
        if isinstance(event, Completion):
            self._call.answered(event)
        return event


def _generation(connection: ProviderConnection) -> str:
    return "generate_content" if connection.provider_type == "google" else "chat"


def _provider(provider_type: str, host: str) -> str:
    return _HOSTS.get(host) or _PROVIDERS.get(provider_type, provider_type)


def _usage(usage: TokenUsage) -> dict[str, Attribute]:
    counted = {
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_input_tokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
    }
    return {name: tokens for name, tokens in counted.items() if tokens is not None}


def _answered_by(model: str | None) -> dict[str, Attribute]:
    return {} if model is None else {"gen_ai.response.model": model}


def _error_type(error: BaseException) -> str:
    """Return one of few words: the category of a failure, the code of an error of ours, else the exception's name."""
    if isinstance(error, UpstreamFailure):
        return error.failure.category
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        # The client has disconnected, or another model is called.
        return "cancelled"
    return error.code if isinstance(error, ApplicationError) else type(error).__name__
