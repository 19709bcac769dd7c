"""What is registered, looked up in a ledger in memory."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from application.discovery.synchronise_model import registered_from
from application.ports.registered_models import ModelEntry, ProviderEntry, RegisteredModel
from domain.model.aggregate import Model
from domain.provider.aggregate import Provider
from tests.fakes.ledger import FakeLedger


class FakeRegisteredModels:
    """Answers from the aggregates."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    async def models_of(self, provider_id: UUID, *, limit: int | None = None) -> Sequence[ModelEntry]:
        models = [model for model in self._ledger.living(Model) if model.provider_id == provider_id]
        return [
            ModelEntry(id=model.id, provider_id=model.provider_id, model_id=model.model_id, name=model.name)
            for model in sorted(models, key=lambda model: (model.name, model.id))[:limit]
        ]

    async def count_of(self, provider_id: UUID) -> int:
        return sum(model.provider_id == provider_id for model in self._ledger.living(Model))

    async def registered_from(self, provider_id: UUID) -> Sequence[RegisteredModel]:
        models = [model for model in self._ledger.living(Model) if model.provider_id == provider_id]
        return [registered_from(model) for model in sorted(models, key=lambda model: model.model_id)]

    async def registered(self, names: Sequence[tuple[UUID, str]]) -> Mapping[tuple[UUID, str], UUID]:
        known = {(model.provider_id, model.model_id): model.id for model in self._ledger.living(Model)}
        return {name: known[name] for name in names if name in known}

    async def all_providers(self) -> Sequence[UUID]:
        return [provider.id for provider in self._ledger.living(Provider)]

    async def providers(self, provider_ids: Sequence[UUID]) -> Mapping[UUID, ProviderEntry]:
        return {
            provider.id: ProviderEntry(id=provider.id, provider_type=provider.provider_type, endpoint=provider.endpoint)
            for provider in self._ledger.living(Provider)
            if provider.id in set(provider_ids)
        }
