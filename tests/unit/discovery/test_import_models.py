"""Registering what is offered: all of it or nothing, once, and never over a person's word."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from application.errors import InvalidInput
from application.ports.catalogue import KnownModel
from application.ports.provider_gateway import OfferedModel, UpstreamFailure
from domain.model.values import Lifecycle, Limits, Price
from domain.provider.aggregate import Provider
from tests.builders import a_price
from tests.fakes.catalogue import FakeCatalogue
from tests.unit.discovery.discovery_setup import DOWN, World
from tests.unit.discovery.import_setup import imported, provider, register, registered, world

__all__ = ["provider", "world"]


async def test_chosen_models_are_registered_as_they_are_offered_and_disabled(world: World, provider: Provider) -> None:
    outcome = await imported(world, provider, "b", "a")
    models = registered(world)
    assert list(outcome.imported) == ["b", "a"]
    assert {name: entry.aggregate_id for name, entry in outcome.imported.items()} == {
        name: model.id for name, model in models.items()
    }
    assert (outcome.updated, outcome.already_registered, outcome.held_back) == ({}, {}, {})
    assert [model.is_enabled for model in models.values()] == [False, False]
    model = models["a"]
    assert (model.provider_id, model.name, model.type, model.config) == (provider.id, "A", "language", {})
    assert (model.price, model.lifecycle) == (
        Price(Decimal("0.001"), None, "live"),
        Lifecycle(lifecycle="active"),
    )
    assert model.sources == {"name": "live", "type": "live", "price": "live", "lifecycle": "live"}
    assert models["b"].limits == Limits(context_window=8, max_tokens=None)


async def test_all_of_them_may_be_taken_into_use_at_once(world: World, provider: Provider) -> None:
    outcome = await imported(world, provider, enable=True)
    assert list(outcome.imported) == ["a", "b", "c"]
    assert {model.is_enabled for model in registered(world).values()} == {True}


async def test_a_deployment_has_the_facts_of_the_model_behind_its_name() -> None:
    known = KnownModel(model_id="gpt-4o", type="multimodal", input_per_1k=Decimal("0.0025"), max_tokens=16_384)
    world = World(catalogue=FakeCatalogue({"openai": [known]}))
    provider = await world.provider("ours")
    world.upstream(provider).answer = [OfferedModel(model_id="chat-prod", base_model="gpt-4o")]
    await imported(world, provider)
    model = registered(world)["chat-prod"]
    assert (model.name, model.type, model.limits.max_tokens) == ("chat-prod", "multimodal", 16_384)
    assert model.price is not None
    assert (model.price.input_per_1k, model.config) == (Decimal("0.0025"), {"baseModel": "gpt-4o"})


async def test_a_name_that_comes_twice_counts_once_whichever_it_is(world: World, provider: Provider) -> None:
    outcome = await imported(world, provider, "b-latest", "b", "models/b", "b", "a")
    assert list(outcome.imported) == ["b", "a"]
    assert registered(world).keys() == {"a", "b"}


@pytest.mark.parametrize(("names", "pointer"), [(("a", "x"), "/modelIds/1"), (("x", "a", "y"), "/modelIds/0")])
async def test_a_model_that_is_not_offered_is_pointed_at_and_nothing_is_registered(
    world: World, provider: Provider, names: Sequence[str], pointer: str
) -> None:
    with pytest.raises(InvalidInput, match="does not offer x") as refused:
        await imported(world, provider, *names)
    assert refused.value.pointer == pointer
    assert registered(world) == {}


async def test_what_is_registered_already_is_left_alone_under_whatever_name(world: World, provider: Provider) -> None:
    held = register(world, provider, "b-latest", name="Mine")
    by_hand = register(world, provider, "a", name="A of mine")
    outcome = await imported(world, provider)
    assert list(outcome.imported) == ["c"]
    assert outcome.already_registered == {"a": by_hand.id, "b": held.id}
    assert registered(world).keys() == {"a", "b-latest", "c"}
    assert registered(world)["a"].revision == 1


async def test_an_update_takes_over_what_is_offered_but_for_a_persons_values(world: World, provider: Provider) -> None:
    ours = register(world, provider, "a", name="Mine", type="vision", sources={"type": "manual"})
    same = register(world, provider, "c", type="unknown", capabilities=[])
    outcome = await imported(world, provider, "a", "b", "c", update=True)
    assert (list(outcome.imported), list(outcome.updated)) == (["b"], ["a"])
    assert outcome.already_registered == {"a": ours.id, "c": same.id}
    model = registered(world)["a"]
    assert (model.name, model.type) == ("Mine", "vision")
    assert (model.price, model.lifecycle.lifecycle) == (Price(Decimal("0.001"), None, "live"), "active")
    assert outcome.updated["a"].revision == model.revision == 3
    assert model.is_enabled


async def test_a_suspicious_price_is_taken_only_by_name(world: World, provider: Provider) -> None:
    ours = register(world, provider, "a", type="language", price=a_price("0.1", None, "live"), is_enabled=False)
    held_back = await imported(world, provider, update=True)
    assert (held_back.held_back, list(held_back.updated)) == ({"a": ours.id}, ["a"])
    assert registered(world)["a"].price == a_price("0.1", None, "live")
    assert registered(world)["a"].lifecycle.lifecycle == "active"
    taken = await imported(world, provider, "a", update=True)
    assert (taken.held_back, list(taken.updated)) == ({}, ["a"])
    assert registered(world)["a"].price == Price(Decimal("0.001"), None, "live")


async def test_a_registered_model_that_is_gone_takes_over_that_it_is_retired(world: World, provider: Provider) -> None:
    gone, unheard = register(world, provider, "old"), register(world, provider, "unheard-of")
    named = await imported(world, provider, "old", "unheard-of")
    assert (named.imported, named.updated) == ({}, {})
    assert named.already_registered == {"old": gone.id, "unheard-of": unheard.id}
    outcome = await imported(world, provider, update=True)
    assert list(outcome.updated) == ["old"]
    model = registered(world)["old"]
    assert model.lifecycle == Lifecycle(lifecycle="retired", retires_on="2026-06-01")
    assert model.sources == {"lifecycle": "catalogue", "retiresOn": "catalogue"}
    assert (await imported(world, provider, update=True)).updated == {}


async def test_a_stale_answer_will_do_and_a_provider_that_never_answered_will_not(
    world: World, provider: Provider
) -> None:
    await world.look(provider)
    upstream = world.upstream(provider)
    upstream.answer = DOWN
    assert (await world.look(provider, refresh=True)).status == "stale"
    assert list((await imported(world, provider, "a")).imported) == ["a"]
    silent = await world.provider("silent")
    world.upstream(silent).answer = DOWN
    with pytest.raises(UpstreamFailure):
        await imported(world, silent)
