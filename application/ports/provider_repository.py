"""The organization's providers, as aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.ports.vault import SealedCredential
    from application.recorded_revision import Recorded
    from domain.model.aggregate import Model
    from domain.provider.aggregate import Provider


class Providers(Protocol):
    """Loads and saves providers of the current caller's organization."""

    async def get(self, provider_id: UUID, *, expected_revision: int | None = None) -> Provider:
        """Return the provider as the log has it now.

        Raises:
            ProviderNotFound: the organization has none of this id, or it was removed.
            StaleRevision: its revision is not the expected one.
        """
        ...

    async def get_at(self, provider_id: UUID, revision: int) -> Provider:
        """Return the provider as it was after this revision, at the latest as it is; to look at, not to be saved.

        Raises:
            ProviderNotFound: the organization never had one of this id.
        """
        ...

    async def save(
        self, provider: Provider, *, credential: SealedCredential | None = None, with_models: Sequence[Model] = ()
    ) -> Recorded:
        """Record what was decided, all or nothing, with the sealed key and the models that go with it.

        A credential that the events say is gone is destroyed in the same transaction.

        Raises:
            Conflict: another command came first.
            ProviderNameTaken: the name belongs to another provider.
            ProviderHasModels: it was removed while models are still registered.
            Unavailable: the database could not be reached; nothing was recorded by this call.
            CommandOutcomeUnknown: the connection broke at the commit and the outcome could not be looked up.
        """
        ...
