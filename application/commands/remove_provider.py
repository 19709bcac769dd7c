"""Remove a provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.errors import ProviderHasModels

if TYPE_CHECKING:
    from uuid import UUID

    from application.ports.model_directory import ModelDirectory
    from application.ports.models import Models
    from application.ports.providers import Providers
    from application.recorded import Recorded
    from domain.model.aggregate import Model

MOST_NAMED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProvider:
    """Close the account and destroy its key. Administrators only; its models go with it only when `cascade` says so."""

    provider_id: UUID
    expected_revision: int | None = None
    cascade: bool = False


async def remove_provider(
    command: RemoveProvider, *, providers: Providers, models: Models, directory: ModelDirectory
) -> Recorded:
    """Return the provider's last revision; provider, models and key go in one transaction.

    Raises:
        ProviderNotFound, StaleRevision, Conflict: as they say.
        ProviderHasModels: models are registered from it and `cascade` was not asked for; it names the first of them.
    """
    provider = await providers.get(command.provider_id, expected_revision=command.expected_revision)
    count = await directory.count_of(command.provider_id)
    dependants = await directory.models_of(command.provider_id, limit=None if command.cascade else MOST_NAMED)
    if dependants and not command.cascade:
        raise ProviderHasModels([(entry.id, entry.model_id, entry.name) for entry in dependants], count)
    removed = list((await models.get_many([entry.id for entry in dependants])).values()) if dependants else []
    _remove_all(removed)
    provider.remove()
    return await providers.save(provider, with_models=removed)


def _remove_all(models: list[Model]) -> None:
    for model in models:
        model.remove()
