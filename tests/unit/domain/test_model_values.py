"""What a model takes for a value, and what it refuses."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from domain.errors import InvalidValue
from domain.model.aggregate import Model
from domain.model.values import Lifecycle, Limits, Price, PriceTier
from domain.root import DecidedAfterRemoval
from tests.builders import a_model, a_price
from tests.events import topics


def _registered(**changes: object) -> Model:
    model = a_model(**changes)  # type: ignore[arg-type]
    model.drain()
    return model


@pytest.mark.parametrize(
    "amount", ["-0.01", "1000.000001", "NaN", "sNaN", "Infinity", "-Infinity", "1E-31", "1E-999999"]
)
def test_a_price_is_a_sensible_amount(amount: str) -> None:
    model = _registered()
    for price in (Price(Decimal(amount), None, "manual"), Price(None, Decimal(amount), "manual")):
        with pytest.raises(InvalidValue):
            model.change_price(price)
        with pytest.raises(InvalidValue):
            a_model(price=price)
    assert topics(model) == []


@pytest.mark.parametrize("amount", ["0", "-0", "1000", "1E+3", "1E-30"])
def test_a_price_may_be_free_dear_or_minute(amount: str) -> None:
    model = _registered()
    model.change_price(Price(Decimal(amount), None, "manual"))
    assert topics(model) == ["model.price-changed"]


ONE = Decimal(1)


@pytest.mark.parametrize(
    ("price", "field"),
    [
        (Price(ONE, ONE, "manual", cached_input_per_1k=Decimal(-1)), "cachedInputPer1kTokens"),
        (Price(ONE, ONE, "manual", cache_write_1h_per_1k=Decimal(1001)), "cacheWrite1hPer1kTokens"),
        (Price(None, None, "manual", reasoning_per_1k=ONE), "pricing"),
        (Price(None, None, "manual", tiers=(PriceTier(service_tier="flex", input_per_1k=ONE),)), "pricing"),
        (Price(ONE, None, "manual", tiers=(PriceTier(service_tier="flex"),)), "tiers"),
        (Price(ONE, None, "manual", tiers=(PriceTier(input_per_1k=ONE),)), "tiers"),
        (Price(ONE, None, "manual", tiers=(PriceTier(above_input_tokens=-1, input_per_1k=ONE),)), "tiers"),
        (Price(ONE, None, "manual", tiers=(PriceTier(service_tier="a\n", input_per_1k=ONE),)), "tiers"),
        (Price(ONE, None, "manual", tiers=(PriceTier(above_input_tokens=5, input_per_1k=Decimal("NaN")),)), "input"),
        (Price(ONE, None, "manual", tiers=(PriceTier(above_input_tokens=5, input_per_1k=ONE),) * 2), "tiers"),
        (
            Price(
                ONE,
                None,
                "manual",
                tiers=tuple(PriceTier(above_input_tokens=above, input_per_1k=ONE) for above in range(1, 22)),
            ),
            "tiers",
        ),
    ],
)
def test_prices_of_kinds_and_tiers_make_sense(price: Price, field: str) -> None:
    model = _registered()
    with pytest.raises(InvalidValue) as refusal:
        model.change_price(price)
    assert refusal.value.field.startswith(field)
    assert topics(model) == []


@pytest.mark.parametrize("tokens", [-1, 10**12 + 1, 2**63])
def test_a_limit_is_a_sensible_number(tokens: int) -> None:
    model = _registered()
    for limits in (Limits(context_window=tokens, max_tokens=None), Limits(context_window=None, max_tokens=tokens)):
        with pytest.raises(InvalidValue):
            model.change_limits(limits)
        with pytest.raises(InvalidValue):
            a_model(limits=limits)
    assert topics(model) == []


@pytest.mark.parametrize("label", ["", "x" * 257, "two\nlines", "null\0", "\ud800"])
def test_labels_of_others_can_be_kept(label: str) -> None:
    model = _registered()
    refused: list[Callable[[], object]] = [
        lambda: a_model(model_id=label, name="x") if label else a_model(version=label),
        lambda: model.reconfigure(version=label, config={}),
        lambda: model.change_capabilities("language", [label]),
        lambda: a_model(capabilities=[label]),
    ]
    for refusal in refused:
        with pytest.raises(InvalidValue):
            refusal()
    assert topics(model) == []


def test_defaults_are_what_the_log_can_keep() -> None:
    model = _registered()
    with pytest.raises(InvalidValue):
        model.reconfigure(version=None, config={"a": {"b": ["\0"]}})
    with pytest.raises(InvalidValue):
        a_model(config={"a": 2**64})
    assert topics(model) == []


@pytest.mark.parametrize(
    "decision",
    [
        lambda model: model.rename("Other"),
        lambda model: model.disable(),
        lambda model: model.change_price(None),
        lambda model: model.change_limits(Limits(context_window=1, max_tokens=1)),
        lambda model: model.change_capabilities("vision", []),
        lambda model: model.follow_lifecycle(Lifecycle(lifecycle="retired")),
        lambda model: model.reconfigure(version="2", config={}),
    ],
)
def test_nothing_happens_to_a_removed_model(decision: Callable[[Model], None]) -> None:
    model = _registered(price=a_price())
    model.remove()
    model.drain()
    with pytest.raises(DecidedAfterRemoval):
        decision(model)
    assert topics(model) == []


@pytest.mark.parametrize("day", ["20270114", "2027-W02-4", "2027-1-14", "soon", "2027-01-14T00:00:00"])
def test_the_day_of_an_end_is_written_in_one_way(day: str) -> None:
    with pytest.raises(InvalidValue):
        a_model(lifecycle=Lifecycle(lifecycle="deprecated", retires_on=day))


@pytest.mark.parametrize(
    ("expected", "stands"),
    [
        (Lifecycle(lifecycle="active"), "active"),
        (Lifecycle(lifecycle="deprecated", retires_on="2027-01-15"), "deprecated"),
        (Lifecycle(lifecycle="deprecated", retires_on="2027-01-14"), "retired"),
        (Lifecycle(lifecycle=None, retires_on="2026-12-31"), "retired"),
        (Lifecycle(lifecycle="retired", retires_on="2028-01-01"), "retired"),
        (Lifecycle(), None),
    ],
)
def test_a_model_is_retired_from_the_day_of_its_end(expected: Lifecycle, stands: str | None) -> None:
    on_the_day = expected.on(date(2027, 1, 14))
    assert (on_the_day.lifecycle, on_the_day.retires_on) == (stands, expected.retires_on)
