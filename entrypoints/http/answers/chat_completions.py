"""Answers of the compatible Chat Completions API, as far as clients of every kind look at them.

A provider of the same protocol is passed through whole, and may have more fields.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from entrypoints.http.optional_fields import NULLABLE, absent_not_null


class _Quoted(BaseModel):
    model_config = ConfigDict(extra="allow", json_schema_extra=absent_not_null)


class CompletedMessage(_Quoted):
    """The answer: words, a refusal, or calls of tools."""

    role: Literal["assistant"]
    content: str | None
    refusal: Annotated[str | None, NULLABLE] = None
    tool_calls: list[dict[str, Any]] | None = None


class CompletedChoice(_Quoted):
    """One answer; most often there is one."""

    index: int
    message: CompletedMessage
    logprobs: Annotated[dict[str, Any] | None, NULLABLE] = None
    finish_reason: Annotated[str, Field(examples=["stop", "length", "tool_calls", "content_filter"])]


class InputDetails(_Quoted):
    """Of the tokens read, those that came from the provider's cache; absent where the provider reports none."""

    cached_tokens: int | None = None


class OutputDetails(_Quoted):
    """Of the tokens written, those that were thought only; absent where the provider reports none."""

    reasoning_tokens: int | None = None


class CompletedUsage(_Quoted):
    """Tokens as the provider counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: Annotated[InputDetails | None, NULLABLE] = None
    completion_tokens_details: Annotated[OutputDetails | None, NULLABLE] = None


class CompletedChat(_Quoted):
    """An answer, in OpenAI's shape; `usage` is null where the provider did not count."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[CompletedChoice]
    usage: Annotated[CompletedUsage | None, NULLABLE] = None


class ChunkDelta(_Quoted):
    """What is new: the role in the first chunk, then words or pieces of calls, nothing in the last."""

    role: Literal["assistant"] | None = None
    content: Annotated[str | None, NULLABLE, Field(examples=["Hello"])] = None
    tool_calls: list[dict[str, Any]] | None = None


class ChunkChoice(_Quoted):
    """A piece of one answer; `finish_reason` is null until its last chunk."""

    index: int
    delta: ChunkDelta
    logprobs: Annotated[dict[str, Any] | None, NULLABLE] = None
    finish_reason: Annotated[str | None, NULLABLE] = None


class ChatChunk(_Quoted):
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
