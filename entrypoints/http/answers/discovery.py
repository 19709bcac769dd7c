"""Answers about what providers offer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from entrypoints.http.answers.models import Pricing
from entrypoints.http.answers.shown import Amount, Shown
from entrypoints.http.bodies.kinds import ModelType


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
    changes: dict[str, Any]
    error: dict[str, Any] | None = None


class Discovery(Shown):
    """What is on offer."""

    data: list[DiscoveredModel]
    providers: list[OfferSummary]


class ImportedModel(Shown):
    """A model that was registered or updated."""

    model_id: str
    id: UUID
    revision: int


class AlreadyRegistered(Shown):
    """A model that was there before."""

    model_id: str
    id: UUID


class ImportResult(Shown):
    """What became of the chosen models."""

    imported: list[ImportedModel]
    updated: list[ImportedModel]
    already_registered: list[AlreadyRegistered]
