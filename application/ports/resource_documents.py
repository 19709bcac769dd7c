"""Providers and models as the API shows them: JSON made by the database, passed on unparsed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

SortField = Literal[
    "name",
    "createdAt",
    "updatedAt",
    "costPer1kTokens",
    "contextWindow",
    "maxTokens",
    "provider",
    "retiresOn",
    "budgetUsed",
]
"""All but the name and the creation are for lists of models; what is not known comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One resource as JSON bytes, and its revision."""

    json: bytes
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Which part of a list: at most `limit` rows after the row with this sort value (times as RFC 3339) and id."""

    limit: int
    sort: SortField = "name"
    descending: bool = False
    after: tuple[str, UUID] | None = None
    include_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows as JSON, joined by commas; `next_after` is none on the last page, `total` unless it was requested."""

    joined: bytes
    next_after: tuple[str, UUID] | None
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFilter:
    """Which providers; none lets all through. `text` is looked for in the name and the endpoint."""

    provider_type: str | None = None
    is_enabled: bool | None = None
    health: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFilter:
    """Which models; none lets all through. `text` is looked for in the name and the provider's model id.

    A model is enabled here if its provider is as well.
    """

    provider_id: UUID | None = None
    type: str | None = None
    capability: str | None = None
    is_enabled: bool | None = None
    is_usable: bool | None = None
    text: str | None = None


class ProviderDocuments(Protocol):
    """The providers of the current caller's organization."""

    async def get(self, provider_id: UUID) -> Document:
        """Return one provider.

        Raises:
            ProviderNotFound: the organization has none of this id.
        """
        ...

    async def page(self, filters: ProviderFilter, request: PageRequest) -> Page:
        """Return a page of the providers that the filter lets through."""
        ...


class ModelDocuments(Protocol):
    """The models of the current caller's organization."""

    async def get(self, model_id: UUID) -> Document:
        """Return one model.

        Raises:
            ModelNotFound: the organization has none of this id.
        """
        ...

    async def get_many(self, model_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """Return those of the models that there are."""
        ...

    async def page(self, filters: ModelFilter, request: PageRequest) -> Page:
        """Return a page of the models that the filter lets through."""
        ...
