"""Imports that are repeated, that meet each other, or that cannot be."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from application.commands.import_models import ImportModels, import_models
from application.errors import Conflict, InvalidInput, ModelAlreadyRegistered, ProviderNotFound
from application.ports.catalogue import KnownModel
from application.ports.provider_gateway import OfferedModel
from domain.model.aggregate import Model
from tests.builders import a_model, acting
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.models import FakeModels
from tests.unit.discovery.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.commands.import_models import ImportOutcome
    from application.recorded import Recorded
    from domain.provider.aggregate import Provider

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
        return await import_models(command, models=models or world.models, ports=world.process)


def registered(world: World) -> dict[str, Model]:
    with acting(world.organization_id):
        return {model.model_id: model for model in world.ledger.living(Model)}


def register(world: World, provider: Provider, model_id: str, **facts: Any) -> Model:  # noqa: ANN401 - several types
    model = a_model(provider_id=provider.id, model_id=model_id, **facts)
    with acting(world.organization_id):
        world.ledger.save([model])
    return model


async def test_repeated_the_same_command_answers_as_the_first_time(world: World, provider: Provider) -> None:
    register(world, provider, "c", type="vision", sources={})
    command_id = uuid4()
    first = await imported(world, provider, command_id=command_id, update=True)
    world.upstream(provider).answer = [OfferedModel(model_id=name) for name in ("new", "b", "a", "c")]
    await world.look(provider, refresh=True)
    again = await imported(world, provider, command_id=command_id, update=True)
    assert (again.imported, again.updated) == (first.imported, first.updated)
    assert again.already_registered == first.already_registered
    assert "new" not in registered(world)
    assert list((await imported(world, provider)).imported) == ["new"]


async def test_two_who_import_the_same_at_once_both_succeed(world: World, provider: Provider) -> None:
    wanted = ["b", "c"]

    def rival() -> None:
        if wanted:
            register(world, provider, wanted.pop())

    outcome = await imported(world, provider, models=InterruptedModels(world, rival))
    assert list(outcome.imported) == ["a"]
    assert outcome.already_registered.keys() == {"b", "c"}
    assert registered(world).keys() == {"a", "b", "c"}


async def test_somebody_who_never_stops_changing_the_same_is_told_of(world: World, provider: Provider) -> None:
    def rename() -> None:
        model = registered(world)["a"]
        model.rename(f"{model.name}!")
        with acting(world.organization_id):
            world.ledger.save([model])

    register(world, provider, "a")
    with pytest.raises(Conflict) as refused:
        await imported(world, provider, update=True, models=InterruptedModels(world, rename))
    assert not isinstance(refused.value, ModelAlreadyRegistered)
    assert registered(world).keys() == {"a"}


async def test_more_than_some_thousand_models_are_chosen_by_name(world: World) -> None:
    provider = await world.provider("large", *(f"model-{number}" for number in range(5_001)))
    with pytest.raises(InvalidInput, match="choose at most 5,000") as refused:
        await imported(world, provider)
    assert refused.value.pointer == "/modelIds"
    assert list((await imported(world, provider, "model-5000")).imported) == ["model-5000"]


async def test_a_model_that_cannot_be_registered_is_named(world: World) -> None:
    provider = await world.provider("odd")
    world.upstream(provider).answer = [OfferedModel(model_id="a"), OfferedModel(model_id="b", name="two\nlines")]
    with pytest.raises(InvalidInput, match="b cannot be registered: A name has no control characters"):
        await imported(world, provider)
    assert registered(world) == {}
    assert list((await imported(world, provider, "a")).imported) == ["a"]


async def test_a_provider_that_is_not_there_is_not_found(world: World, provider: Provider) -> None:
    provider.remove()
    await world.save(provider)
    with pytest.raises(ProviderNotFound):
        await imported(world, provider)


async def test_with_nothing_to_do_nothing_is_recorded(world: World, provider: Provider) -> None:
    await imported(world, provider)
    with acting(world.organization_id):
        before = world.ledger.books.sequence
    again = await imported(world, provider, update=True)
    assert (again.imported, again.updated) == ({}, {})
    with acting(world.organization_id):
        assert world.ledger.books.sequence == before
