"""Imports that are repeated, that meet each other, or that cannot be."""

from uuid import uuid4

import pytest

from application.errors import Conflict, InvalidInput, ModelAlreadyRegistered, ProviderNotFound
from application.ports.provider_gateway import OfferedModel
from domain.provider.aggregate import Provider
from tests.builders import acting
from tests.unit.discovery.discovery_setup import World
from tests.unit.discovery.import_setup import InterruptedModels, imported, provider, register, registered, world

__all__ = ["provider", "world"]


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


async def test_somebody_who_never_stops_changing_the_same_is_reported(world: World, provider: Provider) -> None:
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
