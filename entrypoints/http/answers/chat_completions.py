"""Answers of the OpenAI-compatible routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from entrypoints.http.optional_fields import NULLABLE, absent_not_null


class CompatibleModel(BaseModel):
    """A model, in OpenAI's shape; `created` is in seconds since 1970."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class CompatibleModelList(BaseModel):
    """The models in use, in OpenAI's shape."""

    object: Literal["list"]
    data: list[CompatibleModel]


class CompletedMessage(BaseModel):
    """The answer's words."""

    role: Literal["assistant"]
    content: str
    refusal: str | None


class CompletedChoice(BaseModel):
    """The one answer there is."""

    index: int
    message: CompletedMessage
    logprobs: None
    finish_reason: Literal["stop", "length", "content_filter", "tool_calls"]


class CachedTokens(BaseModel):
    """Of the tokens read, those that the provider had kept."""

    cached_tokens: int


class ReasoningTokens(BaseModel):
    """Of the tokens written, those that were thought only."""

    reasoning_tokens: int


class CompletedUsage(BaseModel):
    """Tokens as the provider counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: CachedTokens
    completion_tokens_details: ReasoningTokens


class CompletedChat(BaseModel):
    """An answer, in OpenAI's shape; `usage` is null where the provider did not count."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[CompletedChoice]
    usage: CompletedUsage | None


class ChunkDelta(BaseModel):
    """What is new: the role in the first chunk, then words, nothing in the last."""

    model_config = ConfigDict(json_schema_extra=absent_not_null)

    role: Literal["assistant"] | None = None
    content: Annotated[str | None, Field(examples=["Hello"])] = None


class ChunkChoice(BaseModel):
    """The one answer there is; `finish_reason` is null until its last chunk."""

    index: int
    delta: ChunkDelta
    logprobs: None
    finish_reason: Literal["stop", "length", "content_filter", "tool_calls"] | None


class ChatChunk(BaseModel):
    """A piece of a streamed answer, in OpenAI's shape.

    Where `stream_options` asks for the usage, it comes last, in a chunk of its own without choices; until then it is
    null. Nobody else gets one.
    """

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Annotated[CompletedUsage | None, NULLABLE] = None
