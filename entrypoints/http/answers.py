"""What answers hold, for the documentation: answers themselves are made by the database and never validated again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from entrypoints.http.bodies.kinds import ModelType

Amount = Annotated[Decimal, WithJsonSchema({"type": "number"})]
Health = Literal["unknown", "healthy", "degraded", "unhealthy"]


class Shown(BaseModel):
    """The root of all answers: camelCase, every field always there."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_alias=True, json_schema_serialization_defaults_required=True
    )


class KeyShown(Shown):
    """What is shown of a key."""

    hint: str
    version: int
    set_at: datetime


class Provider(Shown):
    """A provider."""

    id: UUID
    organization_id: UUID
    name: str
    provider_type: str
    endpoint: str
    settings: dict[str, Any]
    is_enabled: bool
    api_key: KeyShown | None
    health_status: Health
    last_health_check: datetime | None
    created_at: datetime
    updated_at: datetime
    revision: int


class Pricing(Shown):
    """USD per 1,000 tokens; null where it is not known."""

    input_per1k_tokens: Annotated[Amount | None, Field(alias="inputPer1kTokens")]
    output_per1k_tokens: Annotated[Amount | None, Field(alias="outputPer1kTokens")]
    currency: Literal["USD"]
    source: str
    as_of: str | None


class Model(Shown):
    """A model. `sources` says for each filled field whether a person, the provider or the catalogue gave it."""

    id: UUID
    organization_id: UUID
    provider_id: UUID
    model_id: str
    name: str
    version: str | None
    type: ModelType
    capabilities: list[str]
    config: dict[str, Any]
    cost_per1k_tokens: Annotated[Amount | None, Field(alias="costPer1kTokens")]
    pricing: Pricing | None
    context_window: int | None
    max_tokens: int | None
    is_enabled: bool
    sources: dict[str, str]
    created_at: datetime
    updated_at: datetime
    revision: int


class Pagination(Shown):
    """Where in the list this is."""

    limit: int
    has_more: bool
    next_cursor: str | None
    total: int | None = None


class ProviderList(Shown):
    """A page of providers."""

    data: list[Provider]
    pagination: Pagination


class ModelList(Shown):
    """A page of models."""

    data: list[Model]
    pagination: Pagination


class Timings(Shown):
    """Milliseconds; null where the phase did not happen."""

    dns_ms: float | None
    connect_ms: float | None
    tls_ms: float | None
    first_byte_ms: float | None


class TestReport(Shown):
    """How a connection was found. `authenticated` is null when the answer does not tell."""

    __test__ = False

    provider_id: UUID | None = None
    status: Health
    reachable: bool
    authenticated: bool | None
    category: str
    message: str
    hint: str | None
    response_time_ms: float
    timings: Timings
    model_count: int | None
    checked_at: datetime
    http_status: int | None
    upstream_request_id: str | None
    rate_limit: dict[str, Any] | None


class CheckList(Shown):
    """Recent checks, newest first."""

    data: list[TestReport]


class DiscoveredModel(Shown):
    """A model on offer."""

    provider_id: UUID
    provider_model_id: str
    model_id: str
    registered_model_id: UUID | None
    name: str
    version: str | None
    type: ModelType
    capabilities: list[str]
    context_window: int | None
    max_tokens: int | None
    cost_per1k_tokens: Annotated[Amount | None, Field(alias="costPer1kTokens")]
    pricing: Pricing | None
    lifecycle: str | None
    retires_on: str | None
    sources: dict[str, str]


class OfferSummary(Shown):
    """How one provider answered."""

    provider_id: UUID
    status: Literal["ok", "stale", "error"]
    fetched_at: datetime | None
    cached: bool
    count: int
    error: dict[str, Any] | None = None


class Discovery(Shown):
    """What is on offer."""

    data: list[DiscoveredModel]
    providers: list[OfferSummary]


class OperationResult(Shown):
    """What became of one operation."""

    index: int
    op: str
    status: int
    id: UUID | None = None
    revision: int | None = None
    model: Model | None = None
    error: dict[str, Any] | None = None


class BulkResult(Shown):
    """What became of all operations."""

    atomic: bool
    succeeded: int
    failed: int
    results: list[OperationResult]


class AuditEvent(Shown):
    """An event of the log, with its link in the hash chain."""

    sequence: int
    position: int
    aggregate_id: UUID
    revision: int
    type: str
    actor: str
    at: datetime
    command_id: UUID
    request_id: str
    reason: str | None
    hash: str


class FieldChange(Shown):
    """A field before and after an event."""

    field: str
    before: Any
    after: Any


class HistoryEvent(AuditEvent):
    """An event with what it changed."""

    changes: list[FieldChange]


class LoggedEvent(AuditEvent):
    """An event with its facts as they lie in the log."""

    facts: dict[str, Any]


class History(Shown):
    """A page of a history, newest first."""

    data: list[HistoryEvent]
    pagination: Pagination


class AuditPage(Shown):
    """A page of the organization's events, newest first."""

    data: list[LoggedEvent]
    pagination: Pagination


class Organization(Shown):
    """An organization."""

    id: UUID
    name: str
    revision: int
