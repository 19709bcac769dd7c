"""Schemas of answers about providers' model lists."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from application.ports.provider_gateway import Category, PriceReason
from entrypoints.http.answers.models import LifecycleStage, Pricing
from entrypoints.http.answers.response_model import Amount, FieldName, ResponseModel, at
from entrypoints.http.bodies.resource_fields import ModelType
from entrypoints.http.field_types import camel
from entrypoints.http.optional_fields import NULLABLE


class DiscoveredModel(ResponseModel):
    """A model on offer. `aliases` are other ids of it; `sources` has where each known field comes from."""

    provider_id: UUID
    provider_model_id: Annotated[str, at("model_id")]
    model_id: str
    aliases: list[str]
    registered_model_id: Annotated[UUID | None, at("registered_id")]
    name: Annotated[str, at("facts.name")]
    version: Annotated[str | None, at("facts.version")]
    type: Annotated[ModelType, at("facts.type")]
    capabilities: Annotated[list[str], at("facts.capabilities")]
    context_window: Annotated[int | None, at("facts.limits.context_window")]
    max_tokens: Annotated[int | None, at("facts.limits.max_tokens")]
    cost_per_1k_tokens: Annotated[Amount | None, at("facts.cost_per_1k")]
    pricing: Annotated[Pricing | None, at("facts.price")]
    price_reason: Annotated[
        PriceReason | None,
        at("facts.price_reason"),
        Field(description="Why there is no price, where there is none."),
    ]
    lifecycle: Annotated[LifecycleStage | None, at("facts.lifecycle.lifecycle")]
    retires_on: Annotated[date | None, at("facts.lifecycle.retires_on")]
    sources: Annotated[
        dict[str, Literal["live", "catalogue", "genai-prices"]],
        at("facts.sources"),
        Field(examples=[{"contextWindow": "live", "type": "catalogue", "price": "genai-prices"}]),
    ]


class OfferedFieldChange(ResponseModel):
    """A field as it was offered before and is now; null where the provider did not report it."""

    field: FieldName
    before: Any
    after: Any


class ModelChange(ResponseModel):
    """A model that is described otherwise than before; a change of `modelId` is a model with another name."""

    model_id: str
    fields: list[OfferedFieldChange]


class PriceMove(ResponseModel):
    """A price that moved, in USD per 1,000 tokens. By more than ten times is suspicious: rather a slip of units."""

    model_id: str
    field: Annotated[
        Literal[
            "inputPer1kTokens",
            "outputPer1kTokens",
            "cachedInputPer1kTokens",
            "cacheWritePer1kTokens",
            "cacheWrite1hPer1kTokens",
            "reasoningPer1kTokens",
            "audioInputPer1kTokens",
        ],
        BeforeValidator(camel),
    ]
    before: Amount | None
    after: Amount | None
    suspicious: bool


class MissingModel(ResponseModel):
    """A model that was offered until `since`; null if it is registered and was never seen on offer."""

    model_id: str
    since: datetime | None
    registered_model_id: Annotated[UUID | None, at("registered_id")]
    lifecycle: Annotated[LifecycleStage | None, at("lifecycle.lifecycle")]
    retires_on: Annotated[date | None, at("lifecycle.retires_on")]


class FieldDifference(ResponseModel):
    """A field that is offered otherwise than it is registered; no update touches what is `keptByHand`."""

    field: FieldName
    registered: Any
    offered: Any
    kept_by_hand: bool
    suspicious: bool


class RegisteredDifference(ResponseModel):
    """A registered model that differs from what is offered."""

    model_id: str
    registered_model_id: UUID
    fields: list[FieldDifference]


class ChangeSet(ResponseModel):
    """What changed since the answer before (`since`, null for the first), and what differs from what is registered."""

    since: datetime | None
    added: list[str]
    returned: list[str]
    changed: list[ModelChange]
    price_moved: list[PriceMove]
    missing: list[MissingModel]
    registered: list[RegisteredDifference]


class OfferError(ResponseModel):
    """Why a provider could not be queried: the code of the problem, and for a provider's own failure what it is."""

    code: str
    detail: str
    category: Category | None = None
    hint: Annotated[str | None, NULLABLE] = None
    upstream_status: Annotated[int | None, NULLABLE] = None
    upstream_message: Annotated[str | None, NULLABLE] = None
    upstream_request_id: Annotated[str | None, NULLABLE] = None
    retryable: bool | None = None


class OfferSummary(ResponseModel):
    """How one provider answered: `stale` shows an older answer because of the `error`, `error` has none to show."""

    provider_id: UUID
    status: Literal["ok", "stale", "error"]
    fetched_at: datetime | None
    cached: bool
    count: int
    changes: ChangeSet | None
    error: OfferError | None = None


class Discovery(ResponseModel):
    """What is on offer."""

    data: list[DiscoveredModel]
    providers: list[OfferSummary]


class ImportedModel(ResponseModel):
    """A model that was registered or updated."""

    model_id: str
    id: UUID
    revision: int


class AlreadyRegistered(ResponseModel):
    """A model that was there before."""

    model_id: str
    id: UUID


class ImportResult(ResponseModel):
    """What became of the chosen models. `heldBack` are registered ones whose price moved suspiciously far."""

    imported: list[ImportedModel]
    updated: list[ImportedModel]
    already_registered: list[AlreadyRegistered]
    held_back: list[AlreadyRegistered]
