"""What a model answers, in one shape for every protocol: whole, or as typed deltas with the whole at the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from application.prompts.conversation import Part, Reasoning, Refusal, Text, ToolCall, WireProtocol

FinishReason = Literal["stop", "tool_calls", "length", "content_filter", "other"]
"""Why an answer ended. An answer with tool calls that ended by itself is `tool_calls`; length and filter stay."""


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class TokenUsage:
    """Tokens as the provider counted them; none where it did not report them, which is not 0.

    `input_tokens` is all that was read, what came from or went into the cache included; `output_tokens` is all that was
    written, reasoning included. `cache_write_tokens` includes both lifetimes. Audio and images are part of input and
    output; `cached_audio_tokens` are part of the audio and of what was read from the cache. `web_searches` are those
    that the provider made, `charged_tools` names its other tools that were used and are charged beside the tokens.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_5m_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    reasoning_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    cached_audio_tokens: int | None = None
    image_input_tokens: int | None = None
    image_output_tokens: int | None = None
    web_searches: int | None = None
    charged_tools: tuple[str, ...] = ()

    @property
    def particular(self) -> tuple[int | None, ...]:
        """What was counted beside plain input and output."""
        return (
            self.cached_input_tokens,
            self.cache_write_tokens,
            self.cache_write_5m_tokens,
            self.cache_write_1h_tokens,
            self.reasoning_tokens,
            self.audio_input_tokens,
            self.audio_output_tokens,
            self.cached_audio_tokens,
            self.image_input_tokens,
            self.image_output_tokens,
            self.web_searches,
        )


NOT_COUNTED: Final = TokenUsage()
"""The usage where the provider has said nothing."""


@dataclass(slots=True, kw_only=True)
class Choice:
    """One answer: text, refusal, reasoning and tool calls in their order.

    `stop_sequence` is the one that ended it. `logprobs` are as Chat Completions has them: `{"content": [...]}`.
    `annotations` are sources as Chat Completions has them (`url_citation`).
    """

    parts: tuple[Part, ...] = field(repr=False)
    finish_reason: FinishReason
    index: int = 0
    stop_sequence: str | None = None
    logprobs: Mapping[str, Any] | None = field(default=None, repr=False)
    annotations: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


@dataclass(slots=True, kw_only=True)
class Completion:
    """A whole answer.

    `answered_by` is the snapshot that has answered, as the provider reports it, `response_id` its name for the answer,
    `service_tier` the tier that it was served at, `cost_usd` the cost that the provider itself reports.
    `price_conditions` are what the price depends on besides the tokens, such as an unusual service tier.
    `ignored_fields` are those of the request that were left out, as the client calls them. `native` is the provider's
    own document, for a client of the same `protocol`; it is none where the answer was streamed or translated. Of an
    answer that is passed through in its provider's own format the choices only have how it ended, and no parts.
    """

    choices: tuple[Choice, ...]
    usage: TokenUsage
    protocol: WireProtocol
    answered_by: str | None = None
    response_id: str | None = None
    service_tier: str | None = None
    cost_usd: Decimal | None = None
    price_conditions: Mapping[str, str] = field(default_factory=dict)
    upstream_request_id: str | None = None
    ignored_fields: tuple[str, ...] = ()
    native: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the first answer."""
        return self.choices[0].parts

    @property
    def text(self) -> str:
        """The words of the first answer, a refusal's included."""
        return "".join(part.text for part in self.parts if isinstance(part, Text | Refusal))

    @property
    def finish_reason(self) -> FinishReason:
        """Why the first answer ended; a refusal in the model's own words was its filter."""
        choice = self.choices[0]
        is_refusal = choice.finish_reason == "stop" and any(isinstance(part, Refusal) for part in choice.parts)
        return "content_filter" if is_refusal else choice.finish_reason


@dataclass(frozen=True, slots=True)
class StreamStarted:
    """The first event of a stream: the model answers, and these fields of the request were left out."""

    ignored_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next words."""

    text: str = field(repr=False)
    choice: int = 0


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """The next words of a refusal."""

    text: str = field(repr=False)
    choice: int = 0


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """The next words of the thoughts; the first one opens a part of reasoning. A summary is marked as one."""

    text: str = field(repr=False)
    is_summary: bool = False


@dataclass(frozen=True, slots=True)
class ReasoningDone:
    """The part of reasoning is whole, with all that must be handed back; it may come without deltas before it."""

    part: Reasoning


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """A tool call begins; `index` counts the calls of the choice from 0.

    `signature` is Google's, with the `origin` that it fits, for APIs that have to send it before the call.
    """

    index: int
    id: str
    name: str
    is_custom: bool = False
    choice: int = 0
    signature: str | None = field(default=None, repr=False)
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class ToolArgumentsDelta:
    """The next piece of the arguments' text of a call that has begun."""

    index: int
    text: str = field(repr=False)
    choice: int = 0


@dataclass(frozen=True, slots=True)
class ToolCallDone:
    """The call is whole."""

    index: int
    call: ToolCall
    choice: int = 0


@dataclass(frozen=True, slots=True)
class NativeEvents:
    """Events of the provider's own stream, whole server-sent events, to send on to a client of the same protocol."""

    content: bytes = field(repr=False)


Delta = TextDelta | RefusalDelta | ReasoningDelta | ReasoningDone | ToolCallStarted | ToolArgumentsDelta | ToolCallDone
CompletionEvent = StreamStarted | Delta | NativeEvents | Completion
"""A stream is a `StreamStarted`, then deltas, or native events where client and provider speak the same protocol. Its
last event is the whole `Completion`, in either case."""
