"""Registered models, as commands and queries need them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.model.values import Price


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """A registered model, by its own id and by its provider's name for it."""

    id: UUID
    provider_id: UUID
    model_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEntry:
    """What a provider is, as far as its models need to know."""

    id: UUID
    provider_type: str
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredModel:
    """What is registered of a model, to be compared with what is offered."""

    id: UUID
    model_id: str
    type: str
    capabilities: Sequence[str]
    context_window: int | None
    max_tokens: int | None
    price: Price | None
    lifecycle: str | None
    retires_on: str | None
    sources: Mapping[str, str]


class RegisteredModels(Protocol):
    """Looks into the read tables of the current caller's organization."""

    async def models_of(self, provider_id: UUID, *, limit: int | None = None) -> Sequence[ModelEntry]:
        """Return the models registered from a provider, by name; the first ones where there is a limit."""
        ...

    async def count_of(self, provider_id: UUID) -> int:
        """Return how many models are registered from a provider."""
        ...

    async def registered_from(self, provider_id: UUID) -> Sequence[RegisteredModel]:
        """Return what is registered from a provider, by the provider's model id."""
        ...

    async def registered(self, names: Sequence[tuple[UUID, str]]) -> Mapping[tuple[UUID, str], UUID]:
        """Return the ids of those models, named by provider and provider's model id, that are registered already."""
        ...

    async def all_providers(self) -> Sequence[UUID]:
        """Return the ids of all providers."""
        ...

    async def providers(self, provider_ids: Sequence[UUID]) -> Mapping[UUID, ProviderEntry]:
        """Return those of the providers that there are."""
        ...
