"""Schemas of answers about model selection and prompts."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from entrypoints.http.answers.response_model import Amount, ResponseModel


class ChosenModel(ResponseModel):
    """A registered model: its id here, and its provider's name for it."""

    id: UUID
    provider_id: UUID
    provider_model_id: str
    name: str


class Rule(ResponseModel):
    """What a rule said of a candidate."""

    rule: str
    detail: str


class CandidateModel(ResponseModel):
    """A candidate, whether it was kept, and why; rank 1 is the first choice."""

    model_id: UUID
    provider_id: UUID
    provider_model_id: str
    name: str
    kept: bool
    rank: int | None
    rules: list[Rule]


class Choice(ResponseModel):
    """Which model would be used, and why each other would not.

    `candidates` are the first 1,000, `candidateCount` how many there are, `droppedBy` how many each rule dropped.
    """

    selected: ChosenModel | None
    candidates: list[CandidateModel]
    candidate_count: int
    dropped_by: dict[str, int]


class TokensUsed(ResponseModel):
    """Tokens as the provider counted them, null where it did not; reasoning is part of the output."""

    input_tokens: int | None
    output_tokens: int | None
    cached_input_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None


class CallMade(ResponseModel):
    """A call of a model. `outcome` is ok, cancelled, or the category of the failure."""

    model_id: UUID
    provider_id: UUID
    provider_model_id: str
    outcome: str
    message: str | None
    upstream_status: int | None
    upstream_request_id: str | None
    wait_ms: float
    latency_ms: float


class WrittenWords(ResponseModel):
    """The next words of an answer."""

    text: Annotated[str, Field(examples=["Hello"])]


class AnsweredText(ResponseModel):
    """Words of the answer."""

    type: Literal["text"]
    text: str


class AnsweredToolCall(ResponseModel):
    """A call that the model asks for; `arguments` is JSON text. Hand it back with its `blob`, where it has one."""

    type: Literal["toolCall"]
    id: str
    name: str
    arguments: str
    blob: str | None = None


class AnsweredReasoning(ResponseModel):
    """Thoughts of the model. Hand them back with their `blob`, where they have one."""

    type: Literal["reasoning"]
    text: str
    blob: str | None = None


class ToolCallEvent(ResponseModel):
    """A call that the model asks for, as soon as it is whole."""

    index: int
    id: str
    name: str
    arguments: str


class EmbeddingTokens(ResponseModel):
    """Tokens as the provider counted them, null where it did not."""

    input_tokens: int | None


class EmbeddedTexts(ResponseModel):
    """Vectors in the order of the texts. `model` was asked; `answeredBy` is what the provider says has answered."""

    vectors: list[list[float]]
    dimensions: int
    model: ChosenModel
    answered_by: str | None
    usage: EmbeddingTokens
    cost_usd: Amount | None
    cost_unknown_reason: Literal["price-unknown", "usage-unknown"] | None
    latency_ms: float
    upstream_request_id: str | None
    attempts: list[CallMade]


class FinishedAnswer(ResponseModel):
    """Everything about an answer but its text.

    `model` was asked, `answeredBy` is the snapshot of it that the provider says has answered.
    `costUsd` is exact at the model's price of that moment, and null for the reason given when it is not known. `parts`
    can be sent back as the content of a message of the assistant. `ignoredFields` of the request only tune, and were
    left out because the model's provider has nothing like them.
    """

    tool_calls: list[AnsweredToolCall]
    reasoning: str | None
    refusal: str | None
    parts: list[AnsweredText | AnsweredToolCall | AnsweredReasoning]
    ignored_fields: list[str]
    model: ChosenModel
    answered_by: str | None
    finish_reason: Literal["stop", "length", "content_filter", "tool_calls", "other"]
    usage: TokensUsed
    cost_usd: Amount | None
    cost_unknown_reason: Literal["price-unknown", "usage-unknown"] | None
    latency_ms: float
    upstream_request_id: str | None
    attempts: list[CallMade]


class GeneratedAnswer(FinishedAnswer):
    """An answer. `model` was asked, `answeredBy` is the snapshot of it that the provider says has answered.

    `costUsd` is exact at the model's price of that moment, and null for the reason given when it is not known.
    """

    text: str
