"""One provider type: the part that a third party can supply through the entry-point group `modelbook.providers`.

The entry point is named like the type and leads to an adapter, or to something that makes one when it is called
without arguments.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol, runtime_checkable

from application.ports.outbound_http import Outbound
from application.ports.provider_gateway import CallOutcome, OfferedModel, ProviderConnection, ProviderType
from application.prompts.completion import Completion, CompletionEvent
from application.prompts.embedding import Embedded, EmbeddingRequest
from application.prompts.generation import GenerationRequest


@runtime_checkable
class ProviderAdapter(Protocol):
    """Speaks one provider type's protocol; one adapter serves all connections of its type, at the same time.

    It calls out through the `Outbound` it is handed and in no other way, and sends the key in headers only. The
    gateway ends a probe that takes too long; an adapter needs no deadline of its own.
    """

    @property
    def type(self) -> ProviderType:
        """What a form needs to know; its name is the entry point's."""
        ...

    async def probe(self, connection: ProviderConnection, outbound: Outbound) -> CallOutcome:
        """Find out whether the connection works, spending no tokens.

        Raises:
            OutboundFailure: there was no answer that could be read.
        """
        ...

    async def list_models(self, connection: ProviderConnection, outbound: Outbound) -> Sequence[OfferedModel]:
        """Return everything on offer, every page of it, in the provider's order.

        Raises:
            OutboundFailure: there was no answer that could be read.
            UpstreamFailure: an answer was a refusal or made no sense; a part is never returned.
        """
        ...


@runtime_checkable
class PromptAdapter(ProviderAdapter, Protocol):
    """An adapter that also runs prompts; without these two methods a type can be registered and tested, not more.

    Errors and the gateway's deadlines are as for the other methods. Neither prompts nor answers belong in a message of
    an error.
    """

    async def generate(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> Completion:
        """Return the whole answer.

        Raises:
            InvalidInput: the provider does not take a part of the prompt; nothing was sent.
        """
        ...

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound
    ) -> AsyncGenerator[CompletionEvent]:
        """Yield what is new as it comes and, last, the whole answer; errors as for `generate`, at any time.

        Closing the generator ends the call. After the first words the adapter itself keeps to `request.idle_seconds`.
        """
        ...


@runtime_checkable
class TokenCounter(Protocol):
    """What an adapter has besides when its provider counts the tokens of a prompt without running it."""

    async def count_tokens(self, connection: ProviderConnection, request: GenerationRequest, outbound: Outbound) -> int:
        """Return how many tokens the model reads; errors as for `generate`."""
        ...


@runtime_checkable
class EmbeddingAdapter(ProviderAdapter, Protocol):
    """An adapter that also turns texts into vectors; errors and deadlines are as for the other methods."""

    async def embed(self, connection: ProviderConnection, request: EmbeddingRequest, outbound: Outbound) -> Embedded:
        """Return a vector for each input, in their order.

        Raises:
            InvalidInput: the provider does not take a part of the request; nothing was sent.
        """
        ...
