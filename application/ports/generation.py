"""Running a prompt on a provider's model. No representation shows words or pictures of a prompt or an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from contextlib import AbstractAsyncContextManager

    from application.ports.provider_gateway import ProviderConnection, RateLimit

FinishReason = Literal["stop", "length", "content_filter", "tool_calls", "other"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """Words."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePart:
    """A picture: base64 data with its media type, or an https address that the provider fetches itself.

    `detail` is a wish that only those providers are told who know it.
    """

    media_type: str | None = None
    data: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    detail: Literal["auto", "low", "high"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn. System messages hold text only."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[TextPart | ImagePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """A prompt with its parameters; none leaves a parameter to the provider. Times in seconds.

    `model_id` is sent exactly as the provider names it. `output_limit` is the most tokens that the model writes (none:
    not known), for providers that must be told how many are wanted. `deadline_seconds` bounds a whole answer. Of a
    stream it bounds the time to its first words, and from then on that between words, however alive the connection is;
    `idle_seconds` is the longest silence within a stream, in which nothing at all comes.
    """

    model_id: str
    messages: tuple[Message, ...]
    max_tokens: int | None = None
    output_limit: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    deadline_seconds: float = 600.0
    idle_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUsage:
    """Tokens as the provider counted them, reasoning included in `output_tokens`; none where it did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """An answer. `answered_by` is the snapshot that the provider says has answered."""

    text: str = field(repr=False)
    finish_reason: FinishReason
    answered_by: str | None
    usage: TokenUsage
    upstream_request_id: str | None
    rate_limit: RateLimit | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next words of an answer."""

    text: str = field(repr=False)


StreamEvent = TextDelta | Generated
"""A stream is text deltas and, at its end, one `Generated` with the whole text."""


class Generation(Protocol):
    """Runs prompts by provider type. One attempt a call: when to try again is the application's decision."""

    async def generate(self, connection: ProviderConnection, request: GenerationRequest) -> Generated:
        """Return the whole answer.

        Raises:
            InvalidInput: the provider does not take a part of the prompt (`/messages`); nothing was sent.
            UpstreamFailure: the provider refused, failed or fell silent; it says whether trying again can help.
        """
        ...

    def stream(
        self, connection: ProviderConnection, request: GenerationRequest
    ) -> AbstractAsyncContextManager[AsyncIterator[StreamEvent]]:
        """Return the answer as it comes. Leaving the block early ends the call at the provider too.

        The call begins with the first event that is asked for. Trying again is safe until there was a `TextDelta`.

        Raises:
            InvalidInput: as for `generate`.
            UpstreamFailure: as for `generate`; also in mid-stream, for an error event, a truncated stream or silence.
        """
        ...
