"""Schemas of the request log."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from entrypoints.http.answers.prompts import TokensUsed
from entrypoints.http.answers.response_model import Amount, Hundredths, Pagination, ResponseModel, at


class LoggedTokens(TokensUsed):
    """Tokens as the provider counted them, null where it did not.

    What was read from the cache and written to it, and audio, is part of the input; reasoning and audio of the output.
    """

    cache_write_5m_tokens: int | None
    cache_write_1h_tokens: int | None
    audio_input_tokens: int | None
    audio_output_tokens: int | None


class LoggedAttempt(ResponseModel):
    """A call of a model, or why it was not called. `outcome` is ok, cancelled, or the category of the failure.

    `costUsd` is null where it is not known whether and what the provider has charged.
    """

    model_id: UUID
    provider_id: UUID
    provider_model_id: str
    was_called: bool
    outcome: str
    upstream_status: Annotated[int | None, at("http_status")]
    upstream_request_id: str | None
    latency_ms: Hundredths
    cost_usd: Amount | None


class LoggedRequest(ResponseModel):
    """One call of a client, without a word of prompt or answer. Times in milliseconds.

    `modelAsked` is the name or id in the request, null where a model was requested by need; `modelId` and what follows
    it is the model that answered or was tried last. `outcome` is ok, cancelled, the category of the failure, or the
    code of the problem. `usage` and `costUsd` are of all attempts; the cost is null for the reason given when it is not
    known. `firstByteMs` is the time until the first words of a stream.
    """

    id: UUID
    ended_at: datetime
    request_id: str
    actor: str
    access_key_id: UUID | None
    labels: dict[str, str]
    door: str
    operation: Literal["prompt", "embedding", "count_tokens"]
    is_streamed: bool
    model_asked: str | None
    model_id: UUID | None
    provider_id: UUID | None
    provider_type: str | None
    provider_model_id: str | None
    outcome: str
    usage: Annotated[LoggedTokens, at("tokens")]
    cost_usd: Amount | None
    cost_unknown_reason: Annotated[str | None, at("cost_unknown")]
    first_byte_ms: Hundredths | None
    duration_ms: Hundredths
    upstream_request_id: str | None
    ignored_fields: list[str]
    attempt_count: int
    attempts: list[LoggedAttempt]


class RequestPage(ResponseModel):
    """A page of the request log, newest first."""

    data: list[LoggedRequest]
    pagination: Pagination
