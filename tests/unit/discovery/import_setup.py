"""A provider that offers three models, and imports from it."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.discovery.import_models import ImportModels, ImportOutcome, import_models
from application.ports.catalogue import KnownModel
from application.ports.provider_gateway import OfferedModel
from application.recorded_revision import Recorded
from domain.model.aggregate import Model
from domain.provider.aggregate import Provider
from tests.builders import a_model, acting
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.repositories import FakeModels
from tests.unit.discovery.discovery_setup import World

OLD = KnownModel(model_id="old", lifecycle="retired", retired_on="2026-06-01")


class InterruptedModels(FakeModels):
    """Models that somebody else changes each time just before they are saved."""

    def __init__(self, world: World, interrupt: Callable[[], None]) -> None:
        super().__init__(world.ledger)
        self._interrupt = interrupt

    async def save_all(self, models: Sequence[Model]) -> Sequence[Recorded]:
        self._interrupt()
        return await super().save_all(models)


@pytest.fixture
def world() -> World:
    return World(catalogue=FakeCatalogue({"openai": [OLD]}))


@pytest.fixture
async def provider(world: World) -> Provider:
    provider = await world.provider("ours")
    world.upstream(provider).answer = [
        OfferedModel(model_id="a", name="A", type="language", input_per_1k=Decimal("0.001"), lifecycle="active"),
        OfferedModel(model_id="b", context_window=8, extras={"aliases": ["b-latest"]}),
        OfferedModel(model_id="c"),
    ]
    return provider


async def imported(
    world: World,
    provider: Provider,
    *model_ids: str,
    command_id: UUID | None = None,
    models: FakeModels | None = None,
    **how: bool,
) -> ImportOutcome:
    """Import these models, all when none is named."""
    command = ImportModels(provider_id=provider.id, model_ids=list(model_ids) or "all", **how)
    with acting(world.organization_id, command_id=command_id or uuid4()):
        return await import_models(command, models=models or world.models, discovery=world.process, clock=world.clock)


def registered(world: World) -> dict[str, Model]:
    with acting(world.organization_id):
        return {model.model_id: model for model in world.ledger.living(Model)}


def register(world: World, provider: Provider, model_id: str, **facts: Any) -> Model:  # noqa: ANN401 - several types
    model = a_model(provider_id=provider.id, model_id=model_id, **facts)
    with acting(world.organization_id):
        world.ledger.save([model])
    return model
