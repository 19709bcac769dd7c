"""The organization's models, from the event log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.event_store.append_context import callers_append
from adapters.event_store.log_records import ConstraintConflict
from application.caller import current_caller
from application.errors import Conflict, ModelAlreadyRegistered, ModelNotFound, ProviderNotFound, StaleRevision
from domain.model.aggregate import Model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from adapters.event_store.ledger import Ledger
    from application.errors import ApplicationError
    from application.recorded_revision import Recorded


class EventSourcedModels:
    """Implements `application.ports.model_repository.Models`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def get(self, model_id: UUID, *, expected_revision: int | None = None) -> Model:
        model = await self._ledger.load(Model, model_id)
        if model is None or model.is_removed:
            raise ModelNotFound
        if expected_revision not in (None, model.revision):
            raise StaleRevision(model.revision)
        return model

    async def get_at(self, model_id: UUID, revision: int) -> Model:
        model = await self._ledger.load_at(Model, model_id, revision)
        if model is None:
            raise ModelNotFound
        return model

    async def get_many(self, model_ids: Sequence[UUID]) -> Mapping[UUID, Model]:
        loaded = await self._ledger.load_many(Model, model_ids)
        return {model_id: model for model_id, model in loaded.items() if not model.is_removed}

    async def recorded_already(self) -> Mapping[UUID, Recorded]:
        caller = current_caller()
        recorded = await self._ledger.recorded_already(caller.command_id)
        caller.outcome.note(recorded.values())
        return recorded

    async def save(self, model: Model) -> Recorded:
        return (await self.save_all([model]))[0]

    async def save_all(self, models: Sequence[Model]) -> Sequence[Recorded]:
        try:
            return await self._ledger.save(models, callers_append())
        except ConstraintConflict as error:
            raise _meaning(error.constraint) from error


def _meaning(constraint: str) -> ApplicationError:
    if constraint == "ai_models_model_id_key":
        return ModelAlreadyRegistered()
    if constraint == "ai_models_provider_fkey":
        return ProviderNotFound()
    return Conflict()
