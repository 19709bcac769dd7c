"""What is shown of an answer: completed, compared with what is registered, and calculated once."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from application.discovery.discover_models import ProviderOffer
from application.discovery.discovered_catalogue import DiscoveredCatalogueCache, described
from application.discovery.model_list_snapshots import ModelListState
from application.ports.catalogue import KnownModel
from application.ports.provider_gateway import ROUTER, UNLISTED, OfferedModel
from domain.model.values import Lifecycle
from domain.provider.aggregate import Provider
from entrypoints.http.answers.discovery import ChangeSet, DiscoveredModel
from entrypoints.http.answers.response_model import document_of
from tests.builders import a_model, acting
from tests.fakes.catalogue import FakeCatalogue
from tests.unit.discovery.discovery_setup import World, ids
from tests.unit.discovery.test_offer_changes import after

GPT = KnownModel(
    model_id="gpt-x",
    type="multimodal",
    context_window=128_000,
    lifecycle="deprecated",
    retired_on="2027-01-14",
    input_per_1k=Decimal("0.0025"),
    price_as_of="2026-11-04",
)
OLD = KnownModel(model_id="old", lifecycle="retired", retired_on="2026-06-01", aliases=("old-001",))


@pytest.fixture
def world() -> World:
    return World(catalogue=FakeCatalogue({"openai": [GPT, OLD]}))


async def registered(world: World, provider: Provider, model_id: str, **facts: Any) -> str:  # noqa: ANN401
    model = a_model(provider_id=provider.id, model_id=model_id, **facts)
    with acting(world.organization_id):
        await world.models.save(model)
    return str(model.id)


def shown(offer: ProviderOffer) -> dict[str, dict[str, Any]]:
    return {model.model_id: document_of(DiscoveredModel.model_validate(model)) for model in offer.offer.models}


def missing(offer: ProviderOffer) -> dict[str, Mapping[str, Any]]:
    return {entry["modelId"]: entry for entry in changes_of(offer)["missing"]}


def changes_of(offer: ProviderOffer) -> dict[str, Any]:
    return document_of(ChangeSet.model_validate(offer.offer.changes))


async def test_a_model_is_shown_in_one_shape_with_a_source_for_each_field(world: World) -> None:
    provider = await world.provider("ours")
    world.upstream(provider).answer = [OfferedModel(model_id="gpt-x", name="GPT X", extras={"aliases": ["gpt"]})]
    [model] = shown(await world.look(provider)).values()
    assert model == {
        "providerId": provider.id,
        "providerModelId": "gpt-x",
        "modelId": "gpt-x",
        "aliases": ["gpt"],
        "registeredModelId": None,
        "name": "GPT X",
        "version": None,
        "type": "multimodal",
        "capabilities": [],
        "contextWindow": 128_000,
        "maxTokens": None,
        "costPer1kTokens": Decimal("0.0025"),
        "pricing": {
            "inputPer1kTokens": Decimal("0.0025"),
            "outputPer1kTokens": None,
            "cachedInputPer1kTokens": None,
            "cacheWritePer1kTokens": None,
            "cacheWrite1hPer1kTokens": None,
            "reasoningPer1kTokens": None,
            "audioInputPer1kTokens": None,
            "tiers": [],
            "currency": "USD",
            "source": "genai-prices",
            "asOf": "2026-11-04",
        },
        "priceReason": None,
        "lifecycle": "deprecated",
        "retiresOn": date(2027, 1, 14),
        "sources": {
            "name": "live",
            "type": "catalogue",
            "contextWindow": "catalogue",
            "price": "genai-prices",
            "lifecycle": "catalogue",
            "retiresOn": "catalogue",
        },
    }


async def test_a_price_that_is_not_known_is_null_with_a_reason(world: World) -> None:
    provider = await world.provider("ours")
    world.upstream(provider).answer = [
        OfferedModel(model_id="auto", price_reason=ROUTER),
        OfferedModel(model_id="unheard-of"),
        OfferedModel(model_id="free", input_per_1k=Decimal(0)),
    ]
    models = shown(await world.look(provider))
    reported = {
        name: (model["costPer1kTokens"], model["pricing"], model["priceReason"]) for name, model in models.items()
    }
    assert reported["auto"] == (None, None, ROUTER)
    assert reported["unheard-of"] == (None, None, UNLISTED)
    assert reported["free"][0] == 0
    assert reported["free"][2] is None


async def test_registered_models_are_recognised_under_every_name(world: World) -> None:
    provider = await world.provider("ours")
    world.upstream(provider).answer = [
        OfferedModel(model_id="small-2506", extras={"aliases": ["small"]}),
        OfferedModel(model_id="gemini"),
        OfferedModel(model_id="old-001"),
        OfferedModel(model_id="llama3:latest"),
    ]
    names = {"small-2506": "small", "gemini": "models/gemini", "old-001": "old", "llama3:latest": "llama3"}
    expected = {offered: await registered(world, provider, name) for offered, name in names.items()}
    offer = await world.look(provider)
    assert {name: str(model["registeredModelId"]) for name, model in shown(offer).items()} == expected
    assert missing(offer) == {}


async def test_what_is_registered_but_gone_is_missing_since_then(world: World) -> None:
    provider = await world.provider("ours", "a", "b", "old")
    gone, alias = await registered(world, provider, "b"), await registered(world, provider, "old-001")
    never = await registered(world, provider, "never")
    first = await world.look(provider)
    assert missing(first) == {
        "never": {
            "modelId": "never",
            "since": None,
            "registeredModelId": first.offer.missing[0].registered_id,
            "lifecycle": None,
            "retiresOn": None,
        }
    }
    world.upstream(provider).answer = [OfferedModel(model_id="a")]
    later = await world.look(provider, refresh=True)
    since = later.offer.fetched_at
    assert {name: (entry["since"], str(entry["registeredModelId"])) for name, entry in missing(later).items()} == {
        "b": (since, gone),
        "old": (since, alias),
        "never": (None, never),
    }
    assert (missing(later)["old"]["lifecycle"], missing(later)["old"]["retiresOn"]) == ("retired", date(2026, 6, 1))
    assert changes_of(later)["since"] == first.offer.fetched_at


async def test_changes_are_reported_with_amounts_as_numbers(world: World) -> None:
    provider = await world.provider("ours")
    world.upstream(provider).answer = [OfferedModel(model_id="a", input_per_1k=Decimal("0.001"))]
    held = await registered(world, provider, "a", type="language", sources={"type": "manual"})
    first = changes_of(await world.look(provider))
    assert [first[name] for name in ("since", "added", "returned", "changed", "priceMoved")] == [None, [], [], [], []]
    world.upstream(provider).answer = [
        OfferedModel(model_id="a", input_per_1k=Decimal("0.02"), type="vision"),
        OfferedModel(model_id="n"),
    ]
    changes = changes_of(await world.look(provider, refresh=True))
    assert changes["added"] == ["n"]
    assert changes["changed"] == [{"modelId": "a", "fields": [{"field": "type", "before": None, "after": "vision"}]}]
    [move] = changes["priceMoved"]
    assert (move["before"], move["after"], move["suspicious"]) == (Decimal("0.001"), Decimal("0.02"), True)
    [difference] = changes["registered"]
    assert str(difference["registeredModelId"]) == held
    assert [(entry["field"], entry["keptByHand"]) for entry in difference["fields"]] == [
        ("type", True),
        ("inputPer1kTokens", False),
    ]


async def test_an_offer_is_calculated_once_for_all_who_look(world: World) -> None:
    provider = await world.provider("ours", "a")
    first = await world.look(provider)
    assert (await world.look(provider)).offer is first.offer
    assert (await world.look_at_all())[provider.id].offer is first.offer  # type: ignore[union-attr]
    model_id = await registered(world, provider, "a")
    changed = await world.look(provider)
    assert changed.offer is not first.offer
    assert str(changed.offer.models[0].registered_id) == model_id
    assert (await world.look(provider)).offer is changed.offer


async def test_the_facts_of_the_day_hold_for_a_day(world: World) -> None:
    provider = await world.provider("ours", "a")
    first = await world.look(provider)
    world.clock.time += timedelta(days=1)
    assert (await world.look(provider)).offer is not first.offer


async def test_a_model_is_retired_from_the_day_of_its_end(world: World) -> None:
    provider = await world.provider("ours")
    world.upstream(provider).answer = [
        OfferedModel(model_id="going", lifecycle="deprecated", retires_on="2026-11-24"),
        OfferedModel(model_id="old", lifecycle="deprecated"),
        OfferedModel(model_id="gpt-x"),
    ]
    reported = Lifecycle(lifecycle="deprecated", retires_on="2026-11-24")
    for name in ("going", "gone"):
        await registered(world, provider, name, lifecycle=reported, type="unknown", capabilities=[])
    stages = []
    for _ in range(2):
        offer = await world.look(provider)
        models = shown(offer)
        stages.append((models["going"]["lifecycle"], missing(offer)["gone"]["lifecycle"]))
        assert (models["old"]["lifecycle"], models["old"]["retiresOn"]) == ("deprecated", None)
        assert models["gpt-x"]["lifecycle"] == "deprecated"
        assert changes_of(offer)["registered"] == []
        world.clock.time += timedelta(days=1)
    assert stages == [("deprecated", "deprecated"), ("retired", "retired")]


async def test_a_long_list_is_calculated_the_same(world: World) -> None:
    names = [f"model-{number}" for number in range(1500)]
    provider = await world.provider("ours", *names)
    model_id = await registered(world, provider, "model-77")
    offer = await world.look(provider)
    assert ids(offer) == names
    assert str(offer.offer.models[77].registered_id) == model_id


def test_memory_is_bounded_by_the_number_of_models() -> None:
    remembered, day = DiscoveredCatalogueCache(), World().clock.now().date()
    snapshot = after(None, [OfferedModel(model_id=f"model-{number}") for number in range(2_250)], 1)
    states = [
        ModelListState(provider_id=uuid4(), provider_type="openai", endpoint=snapshot.endpoint, basis=snapshot.basis)
        for _ in range(12)
    ]
    offered = described(states[0], snapshot, FakeCatalogue(), day)
    with acting(uuid4()):
        for state in states:
            for _ in range(2):
                remembered.keep(state, offered, day)
            remembered.find(states[0], snapshot.fetched_at, day)
        held = [remembered.find(state, snapshot.fetched_at, day) is not None for state in states]
    assert held == [True, False, False, False, False, *[True] * 7]
    with acting(uuid4()):
        assert remembered.find(states[0], snapshot.fetched_at, day) is None
