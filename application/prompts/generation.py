"""Running a prompt on a provider's model: what an adapter receives, and what it promises."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from application.ports.provider_gateway import ProviderConnection
from application.prompts.completion import NOT_COUNTED, Completion, CompletionEvent, TokenUsage
from application.prompts.conversation import Conversation, Effort, WireProtocol


class ClientRequest(Protocol):
    """A prompt as a client sent it to one of the APIs.

    `protocol` is that of the body, none for our own API, whose body is never passed through. A provider that speaks
    the same protocol is sent the `body` whole, with only the model, the limits and the defaults replaced; others are
    sent the conversation, which is read from the body when it is first needed.
    """

    @property
    def protocol(self) -> WireProtocol | None:
        """What the body is written in; none for our own API."""
        ...

    @property
    def body(self) -> Mapping[str, Any]:
        """The JSON object as it came."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """What goes with the body to a provider of the same protocol: `anthropic-version`, `anthropic-beta`."""
        ...

    @property
    def is_stream(self) -> bool:
        """Whether the client wants the answer as it is written."""
        ...

    def conversation(self) -> Conversation:
        """Return the conversation, in the shape for all protocols; read once.

        Raises:
            InvalidInput: the body makes no sense, at this place.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDefaults:
    """The defaults of the registered model's config and facts, used where the request has none.

    `most_tokens` is the model's own limit of an answer: a larger wish is lowered to it. `drop` names fields, as the
    provider calls them, that are left out of what it is sent. `base_model` is the model behind a deployment's name.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] | None = None
    system_prompt: str | None = field(default=None, repr=False)
    reasoning_effort: Effort | None = None
    most_tokens: int | None = None
    drop: frozenset[str] = frozenset()
    base_model: str | None = None
    capabilities: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class CallProgress:
    """What a provider has said about a call's tokens so far; an adapter keeps it up to date while it reads a stream.

    It counts where the call never comes to its end, because the client disconnects or it fails. `is_finished` says that
    the answer itself is complete, so that these are all of its tokens; the other fields are as in `Completion`.
    """

    usage: TokenUsage = NOT_COUNTED
    cost_usd: Decimal | None = None
    answered_by: str | None = None
    price_conditions: Mapping[str, str] = field(default_factory=dict)
    upstream_request_id: str | None = None
    ignored_fields: tuple[str, ...] = ()
    is_finished: bool = False


@dataclass(slots=True, kw_only=True)
class GenerationRequest:
    """A prompt for one model. Times in seconds.

    `model_id` is sent exactly as the provider names it. `origin` names account and model (`origin_of`): blobs in the
    conversation that carry another one are dropped. `deadline_seconds` bounds a whole answer, and for a stream the time
    to its first event; `idle_seconds` is the longest silence within a stream. `progress` is the adapter's to write.
    """

    model_id: str
    client: ClientRequest
    origin: str
    defaults: ModelDefaults = field(default_factory=ModelDefaults)
    deadline_seconds: float = 600.0
    idle_seconds: float = 60.0
    progress: CallProgress = field(default_factory=CallProgress, compare=False, repr=False)


class Generation(Protocol):
    """Runs prompts by provider type. One attempt a call: when to try again is the application's decision."""

    async def generate(self, connection: ProviderConnection, request: GenerationRequest) -> Completion:
        """Return the whole answer.

        Raises:
            InvalidInput: the provider does not take a part of the prompt; nothing was sent.
            UpstreamFailure: the provider refused, failed or stopped sending; it says whether trying again can help.
        """
        ...

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest
    ) -> AbstractAsyncContextManager[AsyncIterator[CompletionEvent]]:
        """Return the answer as it comes. Leaving the block early ends the call at the provider too.

        The call begins with the first event that is requested. Trying again is safe until there was one.

        Raises:
            InvalidInput: as for `generate`.
            UpstreamFailure: as for `generate`; also in mid-stream, for an error event, a truncated stream or silence.
        """
        ...

    async def count_tokens(self, connection: ProviderConnection, request: GenerationRequest) -> int:
        """Return how many tokens the model reads in the prompt, as the provider itself counts them.

        Raises:
            TokensNotCounted: the provider does not count them.
            InvalidInput, UpstreamFailure: as for `generate`.
        """
        ...
