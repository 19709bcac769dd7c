"""Answers of the compatible APIs, as far as clients of every kind look at them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from entrypoints.http.optional_fields import NULLABLE, absent_not_null


class _Extensible(BaseModel):
    """A provider of the same protocol may add fields."""

    model_config = ConfigDict(extra="allow", json_schema_extra=absent_not_null)


class CompletedMessage(_Extensible):
    """The answer: words, a refusal, or calls of tools."""

    role: Literal["assistant"]
    content: str | None
    refusal: Annotated[str | None, NULLABLE] = None
    tool_calls: list[dict[str, Any]] | None = None


class CompletedChoice(_Extensible):
    """One answer; most often there is one."""

    index: int
    message: CompletedMessage
    logprobs: Annotated[dict[str, Any] | None, NULLABLE] = None
    finish_reason: Annotated[str, Field(examples=["stop", "length", "tool_calls", "content_filter"])]


class InputDetails(_Extensible):
    """Of the tokens read, those that came from the provider's cache; absent where the provider reports none."""

    cached_tokens: int | None = None


class OutputDetails(_Extensible):
    """Of the tokens written, those that were thought only; absent where the provider reports none."""

    reasoning_tokens: int | None = None


class CompletedUsage(_Extensible):
    """Tokens as the provider counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: Annotated[InputDetails | None, NULLABLE] = None
    completion_tokens_details: Annotated[OutputDetails | None, NULLABLE] = None


class CompletedChat(_Extensible):
    """An answer, in OpenAI's shape; `usage` is null where the provider did not count."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[CompletedChoice]
    usage: Annotated[CompletedUsage | None, NULLABLE] = None


class ChunkDelta(_Extensible):
    """What is new: the role in the first chunk, then words or pieces of calls, nothing in the last."""

    role: Literal["assistant"] | None = None
    content: Annotated[str | None, NULLABLE, Field(examples=["Hello"])] = None
    tool_calls: list[dict[str, Any]] | None = None


class ChunkChoice(_Extensible):
    """A piece of one answer; `finish_reason` is null until its last chunk."""

    index: int
    delta: ChunkDelta
    logprobs: Annotated[dict[str, Any] | None, NULLABLE] = None
    finish_reason: Annotated[str | None, NULLABLE] = None


class ChatChunk(_Extensible):
    """A piece of a streamed answer, in OpenAI's shape.

    Where `stream_options` requests the usage, it comes last, in a chunk of its own without choices; until then it is
    null. Nobody else gets one.
    """

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Annotated[CompletedUsage | None, NULLABLE] = None


class CompletedMessageAnswer(_Extensible):
    """An answer, in the shape of Messages; Anthropic's own may have more fields."""

    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    model: str
    content: list[dict[str, Any]]
    stop_reason: str | None
    stop_sequence: str | None
    usage: dict[str, Any]


class MessageEvent(_Extensible):
    """An event of a streamed answer."""

    type: str


class CompletedResponse(_Extensible):
    """An answer, in the shape of Responses; a provider of the same protocol may add fields. Nothing is stored."""

    id: str
    object: Literal["response"]
    created_at: float
    status: Literal["completed", "incomplete", "failed", "in_progress"]
    model: str
    output: list[dict[str, Any]]
    usage: dict[str, Any] | None
    error: dict[str, Any] | None
    incomplete_details: dict[str, Any] | None
    store: bool


class ResponseEvent(_Extensible):
    """An event of a streamed answer."""

    type: str
    sequence_number: int
