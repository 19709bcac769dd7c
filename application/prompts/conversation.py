"""A conversation with a model, in one shape for every protocol: APIs read requests into it, adapters write it out.

No representation shows words, pictures or arguments of a prompt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

WireProtocol = Literal["chat_completions", "responses", "messages", "generate_content"]
"""The protocols that clients or providers speak, by the name of their central call."""

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
CacheLifetime = Literal["5m", "1h"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words. `cache` marks the end of a prefix that the provider is to cache (Anthropic's `cache_control`)."""

    text: str = field(repr=False)
    cache: CacheLifetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture: base64 data with its media type, or an https address that the provider fetches itself."""

    media_type: str | None = None
    data: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    detail: str | None = None
    cache: CacheLifetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file to read, usually a PDF: base64 data with its media type, an https address, or plain text."""

    media_type: str | None = None
    data: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    filename: str | None = None
    title: str | None = None
    context: str | None = field(default=None, repr=False)
    cache: CacheLifetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """Sound to listen to, in base64. `format` is the short name: wav, mp3."""

    format: str
    data: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call that the model requests. `arguments` are the JSON text as it was written, or free text of a custom tool.

    `signature` is Google's thought signature of the part; `item_id` is the Responses item's own id. Like the blobs of
    `Reasoning` they fit only `origin`.
    """

    id: str
    name: str
    arguments: str = field(repr=False)
    is_custom: bool = False
    signature: str | None = field(default=None, repr=False)
    item_id: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """The result of a call: text, images or documents. `is_error` means that the tool failed."""

    call_id: str
    parts: tuple[Text | Image | Document, ...]
    is_error: bool = False
    cache: CacheLifetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """The model's thoughts, and what must be handed back byte for byte.

    `signature` seals Anthropic's thinking, `redacted` is its thinking that nobody may read, `encrypted` is the content
    of a Responses item, whose id is `item_id`; Google's signature of an empty text part is a `signature` without text,
    and that of a call in the same turn one with its `call_id`, where a protocol has no place for it at the call itself.
    A blob fits only the account and model that made it: `origin` names them (see `origin_of`), none when it is
    unknown. Elsewhere the blob is dropped.
    """

    text: str = field(default="", repr=False)
    summary: tuple[str, ...] = field(default=(), repr=False)
    signature: str | None = field(default=None, repr=False)
    redacted: str | None = field(default=None, repr=False)
    encrypted: str | None = field(default=None, repr=False)
    item_id: str | None = None
    call_id: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The model's own words of why it does not answer."""

    text: str = field(repr=False)


Part = Text | Image | Document | Audio | ToolCall | ToolResult | Reasoning | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn. Tool results are parts of a user turn; all results of one assistant turn are in the next user turn.

    A system turn holds text only, and may be anywhere.
    """

    role: Literal["system", "user", "assistant"]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function whose call the model may request; `parameters` is its JSON Schema, none when it takes nothing.

    A custom tool takes free text, of a `grammar` where one is given, and has no parameters. `strict` is none where the
    client left it out.
    """

    name: str
    description: str | None = None
    parameters: Mapping[str, Any] | None = None
    strict: bool | None = None
    is_custom: bool = False
    grammar: Mapping[str, Any] | None = None
    cache: CacheLifetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChoice:
    """Whether tools are to be called: as the model likes, never, or at least one; of `names` alone where given."""

    mode: Literal["auto", "none", "required"]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFormat:
    """What the answer must be: any JSON object, or JSON of a schema."""

    kind: Literal["json_object", "json_schema"]
    name: str | None = None
    description: str | None = None
    schema: Mapping[str, Any] | None = None
    strict: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningOptions:
    """How much the model is to think. An effort, a budget in tokens (0: not at all, -1: as it likes), or neither.

    `summary` requests a summary of the thoughts: none leaves it to the provider.
    """

    effort: Effort | None = None
    budget_tokens: int | None = None
    summary: Literal["auto", "concise", "detailed", "hidden"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How to write; none leaves it to the model's config, then to the provider."""

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: Mapping[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Untranslatable:
    """A part of a request that no other protocol has. `field` is as the client wrote it: `tools[0]`, `prediction`."""

    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything that a prompt contains, except the model.

    `options` are named texts that only tune: `user`, `service_tier`, `cache_key`, `verbosity`; `metadata` is the
    client's own map. What the client wrote that has no place here is in `untranslatable`, when leaving it out would
    change the answer, or by its name in `tuning`, when it would not. `field_names` are the client's names of fields
    that its protocol calls otherwise than `Sampling` and the fields here do: `{"max_tokens": "max_output_tokens"}`.
    """

    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    output_format: OutputFormat | None = None
    reasoning: ReasoningOptions | None = None
    sampling: Sampling = field(default_factory=Sampling)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    metadata: Mapping[str, str] | None = field(default=None, repr=False)
    untranslatable: tuple[Untranslatable, ...] = ()
    tuning: tuple[str, ...] = ()
    field_names: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, field_name: str) -> str:
        """Return what the client calls the field."""
        return self.field_names.get(field_name, field_name)


def origin_of(provider_id: object, model_id: str) -> str:
    """Return what names the account and model whose blobs (signatures, encrypted thoughts) fit each other."""
    return f"{provider_id}:{model_id}"
