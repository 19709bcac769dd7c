"""A model, in commands and events."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from domain.errors import InvalidValue
from domain.model.aggregate import Model
from domain.model.values import Lifecycle, Limits, Price, PriceTier
from tests.builders import NO_LIMITS, a_model, a_price
from tests.events import happened, topics

UNKNOWN_PRICE: dict[str, object] = {
    "input_per_1k": None,
    "output_per_1k": None,
    "other_prices": {},
    "price_source": None,
    "price_as_of": None,
}


def _registered(**changes: object) -> Model:
    model = a_model(**changes)  # type: ignore[arg-type]
    model.drain()
    return model


def test_registering_shows_what_the_model_is() -> None:
    model = a_model(
        UUID(int=1),
        provider_id=UUID(int=2),
        model_id="gpt-4o",
        name="GPT-4o",
        version="2026-01-01",
        capabilities=["tools", "streaming", "tools"],
        config={"temperature": 0.5},
        limits=Limits(context_window=128_000, max_tokens=16_384),
        price=Price(Decimal("0.0025"), None, "genai-prices", "2026-01-02"),
        lifecycle=Lifecycle(lifecycle="deprecated", retires_on="2027-01-14"),
        sources={"name": "catalogue", "price": "genai-prices"},
    )
    assert happened(model) == [
        (
            "model.registered",
            {
                "provider_id": UUID(int=2),
                "model_id": "gpt-4o",
                "name": "GPT-4o",
                "version": "2026-01-01",
                "type": "language",
                "capabilities": ["streaming", "tools"],
                "config": {"temperature": 0.5},
                "context_window": 128_000,
                "max_tokens": 16_384,
                "input_per_1k": Decimal("0.0025"),
                "output_per_1k": None,
                "other_prices": {},
                "price_source": "genai-prices",
                "price_as_of": "2026-01-02",
                "lifecycle": "deprecated",
                "retires_on": "2027-01-14",
                "is_enabled": True,
                "sources": {"name": "catalogue", "price": "genai-prices"},
            },
        )
    ]


def test_a_name_that_a_person_gives_is_its_own_source() -> None:
    model = _registered(sources={"name": "live"})
    model.rename("Mine")
    assert happened(model) == [("model.renamed", {"name": "Mine", "sources": {"name": "manual"}})]
    assert model.sources == {"name": "manual"}


def test_a_name_that_comes_from_elsewhere_says_so() -> None:
    model = _registered(sources={"name": "manual"})
    model.rename("Theirs", sources={"name": "catalogue", "type": "live"})
    assert model.sources == {"name": "catalogue"}


def test_it_is_run_with_other_defaults() -> None:
    model = _registered()
    model.reconfigure(version="2", config={"seed": 1})
    facts = {"version": "2", "config": {"seed": 1}, "sources": {"version": "manual"}}
    assert happened(model) == [("model.reconfigured", facts)]
    assert model.sources == {"version": "manual"}


def test_new_defaults_alone_leave_the_version_its_source() -> None:
    model = _registered(version="1", sources={"version": "live"})
    model.reconfigure(version="1", config={"seed": 1})
    assert model.sources == {"version": "live"}


def test_it_is_held_to_be_able_to_do_something_else() -> None:
    model = _registered(capabilities=["tools"])
    model.change_capabilities("multimodal", ["vision", "tools"], sources={"type": "live", "capabilities": "catalogue"})
    sources = {"type": "live", "capabilities": "catalogue"}
    facts = {"type": "multimodal", "capabilities": ["tools", "vision"], "sources": sources}
    assert happened(model) == [("model.capabilities-changed", facts)]
    assert model.sources == sources


def test_what_does_not_change_keeps_its_source() -> None:
    sources = dict.fromkeys(["type", "capabilities", "contextWindow", "maxTokens"], "catalogue")
    model = _registered(capabilities=["tools"], limits=Limits(context_window=1, max_tokens=2), sources=sources)
    model.change_capabilities("vision", ["tools"])
    model.change_limits(Limits(context_window=1, max_tokens=3))
    assert model.sources == sources | {"type": "manual", "maxTokens": "manual"}


def test_a_change_without_a_source_of_its_own_keeps_the_one_there_is() -> None:
    model = _registered(limits=Limits(context_window=1, max_tokens=2), sources={"maxTokens": "live"})
    model.change_limits(NO_LIMITS, sources={"contextWindow": "catalogue"})
    assert model.sources == {"contextWindow": "catalogue", "maxTokens": "live"}


def test_its_price_changes_and_names_its_source() -> None:
    model = _registered(price=a_price())
    model.change_price(a_price("0.003", None, "live"))
    facts = UNKNOWN_PRICE | {"input_per_1k": Decimal("0.003"), "price_source": "live"}
    assert happened(model) == [("model.price-changed", facts)]
    assert model.sources == {"price": "live"}


def test_each_kind_of_token_and_each_tier_has_a_price_of_its_own() -> None:
    tiers = (
        PriceTier(above_input_tokens=200_000, input_per_1k=Decimal("0.0025"), cached_input_per_1k=Decimal("1E-7")),
        PriceTier(service_tier="flex", output_per_1k=Decimal("0.005")),
    )
    price = replace(a_price(), cached_input_per_1k=Decimal("0.00025"), cache_write_1h_per_1k=Decimal(0), tiers=tiers)
    model = _registered(price=a_price())
    model.change_price(price)
    model.change_price(replace(price))
    [(topic, facts)] = happened(model)
    assert topic == "model.price-changed"
    assert facts["other_prices"] == {
        "cached_input_per_1k": "0.00025",
        "cache_write_1h_per_1k": "0",
        "tiers": [
            {
                "above_input_tokens": 200_000,
                "service_tier": None,
                "input_per_1k": "0.0025",
                "cached_input_per_1k": "0.0000001",
            },
            {"above_input_tokens": 0, "service_tier": "flex", "output_per_1k": "0.005"},
        ],
    }
    assert model.price == price


@pytest.mark.parametrize("unknown", [None, Price(None, None, "live", "2026-01-02")])
def test_a_price_that_is_not_known_any_more_is_none(unknown: Price | None) -> None:
    model = _registered(price=a_price())
    model.change_price(unknown)
    model.change_price(unknown)
    assert happened(model) == [("model.price-changed", UNKNOWN_PRICE)]
    assert model.price is None


def test_a_price_of_nothing_is_known() -> None:
    assert _registered(price=a_price("0", "0")).price == Price(Decimal(0), Decimal(0), "manual")


def test_its_limits_change() -> None:
    model = _registered()
    model.change_limits(Limits(context_window=8192, max_tokens=None), sources={"contextWindow": "catalogue"})
    facts = {"context_window": 8192, "max_tokens": None, "sources": {"contextWindow": "catalogue"}}
    assert happened(model) == [("model.limits-changed", facts)]
    assert model.sources == {"contextWindow": "catalogue"}


def test_its_end_is_announced_and_comes() -> None:
    model = _registered()
    model.follow_lifecycle(
        Lifecycle(lifecycle="deprecated", retires_on="2027-01-14"), sources={"lifecycle": "live", "retiresOn": "live"}
    )
    model.follow_lifecycle(
        Lifecycle(lifecycle="retired", retires_on="2027-01-14"), sources={"lifecycle": "catalogue", "retiresOn": "live"}
    )
    assert happened(model) == [
        (
            "model.lifecycle-changed",
            {
                "lifecycle": "deprecated",
                "retires_on": "2027-01-14",
                "sources": {"lifecycle": "live", "retiresOn": "live"},
            },
        ),
        ("model.retired-upstream", {"retires_on": "2027-01-14", "sources": {"lifecycle": "catalogue"}}),
    ]
    assert model.lifecycle == Lifecycle(lifecycle="retired", retires_on="2027-01-14")
    assert model.sources == {"lifecycle": "catalogue", "retiresOn": "live"}


@pytest.mark.parametrize(
    "lifecycle",
    [
        Lifecycle(lifecycle="dead"),
        Lifecycle(lifecycle=""),
        Lifecycle(retires_on="soon"),
        Lifecycle(lifecycle="retired", retires_on="2027-02-30"),
    ],
)
def test_a_lifecycle_is_one_of_few(lifecycle: Lifecycle) -> None:
    model = _registered()
    with pytest.raises(InvalidValue):
        model.follow_lifecycle(lifecycle)
    with pytest.raises(InvalidValue):
        a_model(lifecycle=lifecycle)
    assert topics(model) == []


def test_it_is_taken_out_of_use_and_back() -> None:
    model = _registered()
    model.disable()
    model.enable()
    assert happened(model) == [("model.disabled", {}), ("model.enabled", {})]


def test_it_is_removed_once() -> None:
    model = _registered()
    model.remove()
    model.remove()
    assert happened(model) == [("model.removed", {})]


@pytest.mark.parametrize(
    "repeat",
    [
        lambda model: model.rename(" A model "),
        lambda model: model.reconfigure(version=None, config={}),
        lambda model: model.change_capabilities("language", ["tools", "streaming", "tools"]),
        lambda model: model.change_price(a_price("0.00250", "0.010")),
        lambda model: model.change_limits(NO_LIMITS),
        lambda model: model.follow_lifecycle(Lifecycle()),
        lambda model: model.enable(),
    ],
)
def test_what_is_so_already_is_no_event(repeat: Callable[[Model], None]) -> None:
    model = _registered(price=a_price())
    repeat(model)
    assert topics(model) == []
