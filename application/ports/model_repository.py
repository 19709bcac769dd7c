"""The organization's models, as aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from application.recorded_revision import Recorded
    from domain.model.aggregate import Model


class Models(Protocol):
    """Loads and saves models of the current caller's organization."""

    async def get(self, model_id: UUID, *, expected_revision: int | None = None) -> Model:
        """Return the model as the log has it now.

        Raises:
            ModelNotFound: the organization has none of this id, or it was removed.
            StaleRevision: its revision is not the expected one.
        """
        ...

    async def get_at(self, model_id: UUID, revision: int) -> Model:
        """Return the model as it was after this revision, at the latest as it is; to look at, not to be saved.

        Raises:
            ModelNotFound: the organization never had one of this id.
        """
        ...

    async def get_many(self, model_ids: Sequence[UUID]) -> Mapping[UUID, Model]:
        """Return those of the models that there are, in one read."""
        ...

    async def save(self, model: Model) -> Recorded:
        """Record what was decided.

        Raises:
            Conflict: another command came first.
            ModelAlreadyRegistered: the provider's model id is taken.
            ProviderNotFound: its provider is gone.
            Unavailable: the database could not be reached; nothing was recorded by this call.
            CommandOutcomeUnknown: the connection broke at the commit and the outcome could not be looked up.
        """
        ...

    async def save_all(self, models: Sequence[Model]) -> Sequence[Recorded]:
        """Record what was decided on all of them in one transaction, all or nothing; errors as for `save`."""
        ...

    async def recorded_already(self) -> Mapping[UUID, Recorded]:
        """Return what the current caller's command has recorded before, by aggregate; nothing when it is new."""
        ...
