"""Providers in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.caller import current_caller
from application.errors import ProviderHasModels, ProviderNotFound, StaleRevision
from domain.provider.aggregate import Provider

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.ports.vault import SealedCredential
    from application.recorded_revision import Recorded
    from domain.model.aggregate import Model
    from tests.fakes.ledger import FakeLedger
    from tests.fakes.sealed_credentials import FakeSealedCredentials


class FakeProviders:
    """Providers of a ledger in memory; their sealed keys go where a vault finds them."""

    def __init__(self, ledger: FakeLedger, credentials: FakeSealedCredentials | None = None) -> None:
        self._ledger = ledger
        self._credentials = credentials

    async def get(self, provider_id: UUID, *, expected_revision: int | None = None) -> Provider:
        provider = self._ledger.find(Provider, provider_id)
        if provider is None:
            raise ProviderNotFound
        if expected_revision not in (None, provider.revision):
            raise StaleRevision(provider.revision)
        return provider

    async def get_at(self, provider_id: UUID, revision: int) -> Provider:
        provider = self._ledger.at(Provider, provider_id, revision)
        if provider is None:
            raise ProviderNotFound
        return provider

    async def save(
        self, provider: Provider, *, credential: SealedCredential | None = None, with_models: Sequence[Model] = ()
    ) -> Recorded:
        try:
            recorded = self._ledger.save([*with_models, provider])
        except ProviderNotFound:
            raise ProviderHasModels from None
        if self._credentials is not None:
            if credential is not None:
                self._credentials.store(credential)
            elif not provider.has_credential:
                self._credentials.destroy(current_caller().organization_id, provider.id)
        return recorded[-1]
