"""Schemas of answers about model selection and prompts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, SkipValidation

from application.prompts.conversation import Part, Reasoning, Refusal, Text, ToolCall
from application.prompts.opaque_blobs import blob_of
from application.prompts.price_list import TokenKind, UnknownCost
from entrypoints.http.answers.response_model import Amount, Hundredths, ResponseModel, at


class ChosenModel(ResponseModel):
    """A registered model: its id here, and its provider's name for it."""

    id: UUID
    provider_id: UUID
    provider_model_id: str
    name: str


class Rule(ResponseModel):
    """What a rule said about a candidate."""

    rule: str
    detail: str


class CoolDown(ResponseModel):
    """A model that keeps failing is tried after all others until this time, then by one prompt.

    `reason` is the category of the failure.
    """

    until: datetime
    reason: str


class CandidateModel(ResponseModel):
    """A candidate, whether it was kept, and why; rank 1 is the first choice.

    `weight` is its part of the prompts among equals, by `config.weight`. `share` is the part of all prompts that it is
    called first, from 0 to 1, but for what is under way; null where no explanation of the choice was requested.
    """

    model_id: Annotated[UUID, at("candidate.id")]
    provider_id: Annotated[UUID, at("candidate.provider_id")]
    provider_model_id: Annotated[str, at("candidate.provider_model_id")]
    name: Annotated[str, at("candidate.name")]
    kept: Annotated[bool, at("is_kept")]
    rank: int | None
    weight: float
    share: float | None
    cool_down: CoolDown | None
    rules: Annotated[list[Rule], at("findings")]


class Choice(ResponseModel):
    """Which model would be used, and why each other would not.

    `candidates` are at most 1,000: of more models the best that fit, and some of the others. `candidateCount` says how
    many there are, `droppedBy` how many of the `candidates` each rule dropped.
    """

    selected: ChosenModel | None
    candidates: list[CandidateModel]
    candidate_count: int
    dropped_by: dict[str, int]


class TokensUsed(ResponseModel):
    """Tokens as the provider counted them, null where it did not.

    What was read from or written to a cache, and audio, are part of the input; reasoning is part of the output.
    """

    input_tokens: int | None
    output_tokens: int | None
    cached_input_tokens: int | None
    cache_write_tokens: int | None
    cache_write_1h_tokens: int | None
    reasoning_tokens: int | None
    audio_input_tokens: int | None
    audio_output_tokens: int | None


class CostPart(ResponseModel):
    """What the tokens of one kind cost, each kind without the others; for web searches `tokens` is their number."""

    kind: TokenKind
    tokens: int
    cost_usd: Annotated[Amount, at("usd")]


CostSource = Annotated[
    Literal["provider", "manual", "live", "catalogue", "genai-prices"] | None,
    Field(description="The provider's own bill, a person's prices, the provider's list, or a list of prices."),
]
UnknownDetail = Annotated[str | None, Field(description="Why the cost is not known, in words.")]


class CallMade(ResponseModel):
    """A call of a model. `outcome` is ok, cancelled, or the category of the failure."""

    model_id: Annotated[UUID, at("candidate.id")]
    provider_id: Annotated[UUID, at("candidate.provider_id")]
    provider_model_id: Annotated[str, at("candidate.provider_model_id")]
    outcome: str
    message: str | None
    upstream_status: Annotated[int | None, at("http_status")]
    upstream_request_id: str | None
    wait_ms: Hundredths
    latency_ms: Hundredths


class WrittenWords(ResponseModel):
    """The next words of an answer."""

    text: Annotated[str, Field(examples=["Hello"])]


class AnsweredText(ResponseModel):
    """Words of the answer."""

    type: Literal["text"]
    text: str


class AnsweredToolCall(ResponseModel):
    """A call that the model requests; `arguments` is JSON text. Hand it back with its `blob`, where it has one."""

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
    """A call that the model requests, as soon as it is whole."""

    index: int
    id: Annotated[str, at("call.id")]
    name: Annotated[str, at("call.name")]
    arguments: Annotated[str, at("call.arguments")]


class EmbeddingTokens(ResponseModel):
    """Tokens as the provider counted them, null where it did not."""

    input_tokens: int | None


class EmbeddedTexts(ResponseModel):
    """Vectors in the order of the texts. `model` was called; `answeredBy` has answered, as the provider reports it."""

    vectors: Annotated[SkipValidation[list[list[float]]], at("embedded.vectors")]
    dimensions: Annotated[int, at("embedded.dimensions")]
    model: Annotated[ChosenModel, at("account.candidate")]
    answered_by: Annotated[str | None, at("embedded.answered_by")]
    usage: Annotated[EmbeddingTokens, at("embedded.usage")]
    cost_usd: Annotated[Amount | None, at("account.cost.usd")]
    cost_unknown_reason: Annotated[UnknownCost | None, at("account.cost.unknown")]
    cost_unknown_detail: Annotated[UnknownDetail, at("account.cost.detail")]
    cost_source: Annotated[CostSource, at("account.cost.source")]
    latency_ms: Annotated[Hundredths, at("account.latency_ms")]
    upstream_request_id: Annotated[str | None, at("embedded.upstream_request_id")]
    attempts: Annotated[list[CallMade], at("account.attempts")]


def _answered(part: Part) -> AnsweredText | AnsweredToolCall | AnsweredReasoning | None:
    """Return a part as it can be handed back in a message of the assistant; none for parts that no answer has."""
    answered: AnsweredToolCall | AnsweredReasoning
    match part:
        case Text() | Refusal():
            return AnsweredText(type="text", text=part.text)
        case ToolCall():
            answered = AnsweredToolCall(type="toolCall", id=part.id, name=part.name, arguments=part.arguments)
        case Reasoning():
            answered = AnsweredReasoning(type="reasoning", text=part.text)
        case _:
            return None
    blob = blob_of(part)
    if blob is not None:
        answered.blob = blob
    return answered


def _all_parts(parts: Sequence[Part]) -> list[ResponseModel]:
    return [answered for part in parts if (answered := _answered(part)) is not None]


def _tool_calls(parts: Sequence[Part]) -> list[ResponseModel | None]:
    return [_answered(part) for part in parts if isinstance(part, ToolCall)]


def _thoughts(parts: Sequence[Part]) -> str | None:
    return "".join(part.text for part in parts if isinstance(part, Reasoning)) or None


def _refusal(parts: Sequence[Part]) -> str | None:
    return "".join(part.text for part in parts if isinstance(part, Refusal)) or None


class FinishedAnswer(ResponseModel):
    """Everything about an answer but its text.

    `model` was called, `answeredBy` is the snapshot of it that has answered, as the provider reports it.
    `costUsd` is what the provider reports that it charges, or exact at the prices of that moment and of the service
    tier, in `costParts` by kind of token; it is null for the reason given when it is not known, never too little.
    `parts` can be sent back as the content of a message of the assistant. `ignoredFields` of the request only tune, and
    were left out because the model's provider has nothing like them.
    """

    tool_calls: Annotated[list[AnsweredToolCall], BeforeValidator(_tool_calls), at("completion.parts")]
    reasoning: Annotated[str | None, BeforeValidator(_thoughts), at("completion.parts")]
    refusal: Annotated[str | None, BeforeValidator(_refusal), at("completion.parts")]
    parts: Annotated[
        list[AnsweredText | AnsweredToolCall | AnsweredReasoning],
        BeforeValidator(_all_parts),
        at("completion.parts"),
    ]
    ignored_fields: Annotated[list[str], at("completion.ignored_fields")]
    model: Annotated[ChosenModel, at("candidate")]
    answered_by: Annotated[str | None, at("completion.answered_by")]
    finish_reason: Annotated[
        Literal["stop", "length", "content_filter", "tool_calls", "other"], at("completion.finish_reason")
    ]
    usage: Annotated[TokensUsed, at("completion.usage")]
    cost_usd: Annotated[Amount | None, at("cost.usd")]
    cost_unknown_reason: Annotated[UnknownCost | None, at("cost.unknown")]
    cost_unknown_detail: Annotated[UnknownDetail, at("cost.detail")]
    cost_source: Annotated[CostSource, at("cost.source")]
    cost_parts: Annotated[list[CostPart], at("cost.parts")]
    latency_ms: Hundredths
    upstream_request_id: Annotated[str | None, at("completion.upstream_request_id")]
    attempts: list[CallMade]


class GeneratedAnswer(FinishedAnswer):
    """An answer. `model` was called, `answeredBy` is the snapshot of it that has answered, as the provider reports it.

    `costUsd` is what the provider charges, exact, and null for the reason given when it is not known.
    """

    text: Annotated[str, at("completion.text")]
