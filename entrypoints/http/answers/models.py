"""Schemas of answers about models."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from entrypoints.http.answers.problems import PartRefused
from entrypoints.http.answers.response_model import Amount, Pagination, ResponseModel, at
from entrypoints.http.bodies.resource_fields import ModelType

LifecycleStage = Annotated[
    Literal["active", "preview", "deprecated", "retired"],
    Field(description="Its lifecycle at the provider: deprecated still answers, retired does not."),
]


UnusableReason = Annotated[
    Literal["model-disabled", "provider-disabled", "provider-has-no-key", "type-cannot-be-run", "retired"],
    Field(description="The first reason why it cannot be called; null where it can."),
]


class Prices(ResponseModel):
    """USD per 1,000 tokens of each kind; null where there is no price of its own, or none that is known."""

    input_per_1k_tokens: Annotated[Amount | None, at("input_per_1k")]
    output_per_1k_tokens: Annotated[Amount | None, at("output_per_1k")]
    cached_input_per_1k_tokens: Annotated[Amount | None, at("cached_input_per_1k")]
    cache_write_per_1k_tokens: Annotated[Amount | None, at("cache_write_per_1k")]
    cache_write_1h_per_1k_tokens: Annotated[Amount | None, at("cache_write_1h_per_1k")]
    reasoning_per_1k_tokens: Annotated[Amount | None, at("reasoning_per_1k")]
    audio_input_per_1k_tokens: Annotated[Amount | None, at("audio_input_per_1k")]


class PriceTier(Prices):
    """Prices for all tokens of a call that reads more than so many, at that service tier, or both."""

    above_input_tokens: int
    service_tier: str | None


class Pricing(Prices):
    """What a model's tokens cost. Input or output is known; `tiers` are for long prompts and other service tiers."""

    tiers: list[PriceTier]
    currency: Literal["USD"]
    source: str
    as_of: str | None


class Model(ResponseModel):
    """A model. `sources` has for each filled field whether a person, the provider or the catalogue gave it."""

    id: UUID
    organization_id: UUID
    provider_id: UUID
    model_id: str
    name: str
    version: str | None
    type: ModelType
    capabilities: list[str]
    config: dict[str, Any]
    cost_per_1k_tokens: Amount | None
    pricing: Pricing | None
    context_window: int | None
    max_tokens: int | None
    lifecycle: LifecycleStage | None
    retires_on: Annotated[
        date | None, Field(description="The day its provider shuts it down, as far as announced; retired from then on.")
    ]
    is_enabled: bool
    is_usable: Annotated[bool, Field(description="Whether it can be called as it and its provider are set up.")]
    unusable_because: UnusableReason | None
    sources: dict[str, str]
    created_at: datetime
    updated_at: datetime
    revision: int


class ModelList(ResponseModel):
    """A page of models."""

    data: list[Model]
    pagination: Pagination


class OperationError(ResponseModel):
    """Why an operation was not executed, as in the problem of the same request alone."""

    code: str
    detail: str
    errors: Annotated[list[PartRefused], Field(description="Each part of the operation that is not allowed.")]


class OperationResult(ResponseModel):
    """What became of one operation: `id` and `revision` where it was executed, else the `error`."""

    index: int
    op: Literal["create", "update", "delete", "enable", "disable"]
    status: int
    id: UUID | None = None
    revision: int | None = None
    model: Model | None = None
    error: OperationError | None = None


class BulkResult(ResponseModel):
    """What became of all operations."""

    atomic: bool
    succeeded: int
    failed: int
    results: list[OperationResult]
