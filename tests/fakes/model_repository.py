"""Models in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.caller import current_caller
from application.errors import ModelNotFound, StaleRevision
from domain.model.aggregate import Model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from application.recorded_revision import Recorded
    from tests.fakes.ledger import FakeLedger


class FakeModels:
    """Models of a ledger in memory."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def get(self, model_id: UUID, *, expected_revision: int | None = None) -> Model:
        model = self._ledger.find(Model, model_id)
        if model is None:
            raise ModelNotFound
        if expected_revision not in (None, model.revision):
            raise StaleRevision(model.revision)
        return model

    async def get_at(self, model_id: UUID, revision: int) -> Model:
        model = self._ledger.at(Model, model_id, revision)
        if model is None:
            raise ModelNotFound
        return model

    async def get_many(self, model_ids: Sequence[UUID]) -> Mapping[UUID, Model]:
        return {model.id: model for model in self._ledger.living(Model) if model.id in set(model_ids)}

    async def save(self, model: Model) -> Recorded:
        return (await self.save_all([model]))[0]

    async def save_all(self, models: Sequence[Model]) -> Sequence[Recorded]:
        return self._ledger.save(models)

    async def recorded_already(self) -> Mapping[UUID, Recorded]:
        return self._ledger.books.commands.get(current_caller().command_id, {})
