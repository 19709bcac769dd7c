"""The organization's providers, from the event log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.event_store.append_context import callers_append
from adapters.event_store.log_records import ConstraintConflict
from application.errors import Conflict, ProviderHasModels, ProviderNameTaken, ProviderNotFound, StaleRevision
from domain.provider.aggregate import Provider

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from adapters.event_store.ledger import Ledger
    from application.ports.vault import SealedCredential
    from application.recorded_revision import Recorded
    from domain.model.aggregate import Model


class EventSourcedProviders:
    """Implements `application.ports.provider_repository.Providers`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def get(self, provider_id: UUID, *, expected_revision: int | None = None) -> Provider:
        provider = await self._ledger.load(Provider, provider_id)
        if provider is None or provider.is_removed:
            raise ProviderNotFound
        if expected_revision not in (None, provider.revision):
            raise StaleRevision(provider.revision)
        return provider

    async def get_at(self, provider_id: UUID, revision: int) -> Provider:
        provider = await self._ledger.load_at(Provider, provider_id, revision)
        if provider is None:
            raise ProviderNotFound
        return provider

    async def save(
        self, provider: Provider, *, credential: SealedCredential | None = None, with_models: Sequence[Model] = ()
    ) -> Recorded:
        destroyed = () if provider.has_credential else (provider.id,)
        append = callers_append(sealed=(credential,) if credential else (), destroyed=destroyed)
        try:
            recorded = await self._ledger.save([*with_models, provider], append)
        except ConstraintConflict as error:
            raise _meaning(error.constraint) from error
        return recorded[-1]


def _meaning(constraint: str) -> Conflict:
    if constraint == "ai_providers_name_key":
        return ProviderNameTaken()
    if constraint == "ai_models_provider_fkey":
        return ProviderHasModels()
    return Conflict()
