"""Providers and models as the API shows them: JSON made by the database, passed on unparsed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar
from uuid import UUID

FilterT = TypeVar("FilterT", contravariant=True)

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

    A model is enabled here if its provider is as well, and retiring if the day of its end is known.
    """

    provider_id: UUID | None = None
    type: str | None = None
    capability: str | None = None
    is_enabled: bool | None = None
    is_usable: bool | None = None
    is_retiring: bool | None = None
    text: str | None = None


class Documents(Protocol[FilterT]):
    """The resources of one kind of the current caller's organization."""

    async def get(self, resource_id: UUID, /) -> Document:
        """Return one resource.

        Raises:
            NotFound: the organization has none of this id; its subclass names the kind.
        """
        ...

    async def page(self, filters: FilterT, request: PageRequest) -> Page:
        """Return a page of the resources that the filter lets through."""
        ...


ProviderDocuments = Documents[ProviderFilter]


class ModelDocuments(Documents[ModelFilter], Protocol):
    """The models of the current caller's organization."""

    async def get_many(self, model_ids: Sequence[UUID]) -> dict[UUID, bytes]:
        """Return those of the models that there are."""
        ...

    async def count(self, filters: ModelFilter) -> int:
        """Return how many models the filter lets through."""
        ...
