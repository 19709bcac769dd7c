import logging
from datetime import date, time
from decimal import Decimal
from importlib.metadata import version

import pytest
from genai_prices.data import providers as packaged_providers
from genai_prices.types import (
    ClauseEquals,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    Tier,
    TieredPrices,
    TimeOfDateConstraint,
)

from adapters.catalogue.list_prices import CHECKED_ON, GenaiPrices, ListPrice
from adapters.catalogue.price_matching import names
from application.ports.provider_gateway import IMPLAUSIBLE, SOLD_OTHERWISE

TODAY = date(2026, 11, 22)
PACKAGED = GenaiPrices()


def a_price(read: str | None, written: str | None) -> ModelPrice:
    return ModelPrice(
        input_mtok=None if read is None else Decimal(read), output_mtok=None if written is None else Decimal(written)
    )


def listed(prices: ModelPrice | list[ConditionalPrice], *, day: date = TODAY) -> ListPrice:
    found = the_prices(prices).find(("acme",), ("m1",), day)
    assert found is not None
    return found


def the_prices(prices: ModelPrice | list[ConditionalPrice]) -> GenaiPrices:
    model = ModelInfo(id="m1", match=ClauseEquals("m1"), context_window=1000, prices=prices)
    return GenaiPrices([Provider(id="acme", name="Acme", api_pattern=r"https://api\.acme\.com", models=[model])])


def amounts(price: ListPrice) -> list[str | None]:
    return [None if amount is None else f"{amount:f}" for amount in (price.input_per_1k, price.output_per_1k)]


def test_prices_per_million_become_prices_per_thousand_to_the_last_digit() -> None:
    assert amounts(listed(a_price("0.0375", "0.15"))) == ["0.0000375", "0.00015"]


def test_unknown_is_none_and_free_is_0() -> None:
    assert amounts(listed(a_price(None, None))) == [None, None]
    assert amounts(listed(a_price("0", "0"))) == ["0", "0"]
    assert amounts(listed(a_price("0.02", None))) == ["0.00002", None]


def test_a_price_in_tiers_is_that_of_the_lowest_with_the_others_beside_it() -> None:
    tiers = TieredPrices(base=Decimal("1.25"), tiers=[Tier(start=200_000, price=Decimal("2.5"))])
    price = listed(ModelPrice(input_mtok=tiers, output_mtok=Decimal(10), cache_read_mtok=Decimal("0.1")))
    assert amounts(price) == ["0.00125", "0.01"]
    assert price.cached_input_per_1k == Decimal("0.0001")
    [tier] = price.tiers
    assert (tier.above_input_tokens, tier.service_tier) == (200_000, None)
    assert (tier.input_per_1k, tier.output_per_1k) == (Decimal("0.0025"), Decimal("0.01"))
    assert tier.cached_input_per_1k == Decimal("0.0001")


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2025, 6, 9), "0.01"), (date(2025, 6, 10), "0.002"), (TODAY, "0.002")],
)
def test_a_price_counts_from_its_day_on(day: date, expected: str) -> None:
    prices = [
        ConditionalPrice(prices=a_price("10", "40")),
        ConditionalPrice(StartDateConstraint(date(2025, 6, 10)), prices=a_price("2", "8")),
    ]
    assert amounts(listed(prices, day=day))[0] == expected


def test_a_price_that_is_yet_to_come_is_the_price_until_there_is_another() -> None:
    prices = [ConditionalPrice(StartDateConstraint(date(2027, 1, 1)), prices=a_price("2", "8"))]
    assert amounts(listed(prices)) == ["0.002", "0.008"]


def test_of_prices_by_the_hour_the_dearest_counts() -> None:
    peak = TimeOfDateConstraint(time(1), time(4))
    prices = [
        ConditionalPrice(prices=a_price("9", "9")),
        ConditionalPrice(StartDateConstraint(date(2026, 8, 17)), prices=a_price("0.15", "0.6")),
        ConditionalPrice(peak, prices=a_price("0.3", "1.2")),
    ]
    assert amounts(listed(prices)) == ["0.0003", "0.0012"]


@pytest.mark.parametrize(("read", "written"), [("1000.01", "1"), ("0.1", "100.1"), ("5000", None)])
def test_a_price_that_cannot_be_right_is_none_and_said_once(
    read: str, written: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    prices = the_prices(a_price(read, written))
    with caplog.at_level(logging.WARNING):
        found = [prices.find(("acme",), ("m1",), TODAY) for _ in range(3)]
    nothing = ListPrice(input_per_1k=None, output_per_1k=None, context_window=1000, reason=IMPLAUSIBLE)
    assert found == [nothing] * 3
    reported = [record.getMessage() for record in caplog.records]
    assert len(reported) == 1
    assert reported[0].startswith(
        f"The price of acme m1 cannot be right and is left out: {Decimal(read).scaleb(-3)} USD"
    )


@pytest.mark.parametrize(("read", "written"), [("1000", "2000"), ("0.1", "100"), ("0", "100"), ("150", "600")])
def test_a_price_that_can_be_right_passes(read: str, written: str, caplog: pytest.LogCaptureFixture) -> None:
    assert listed(a_price(read, written)).input_per_1k == Decimal(read).scaleb(-3)
    assert caplog.records == []


def test_what_is_sold_otherwise_than_by_the_token_says_so() -> None:
    assert listed(ModelPrice(requests_kcount=Decimal(5))).reason == SOLD_OTHERWISE
    assert listed(ModelPrice()).reason is None
    assert listed(a_price("0", "0")).reason is None


def test_every_model_is_found_as_if_all_entries_were_looked_through() -> None:
    prices = GenaiPrices()
    for provider in packaged_providers:
        ids = {model.id for model in provider.models[:25]}
        endings = ("", "-latest", "-20250101", "-001", "-mini")
        asked = [model_id + ending for model_id in sorted(ids) for ending in endings] + ["ft:gpt-4o-2024-08-06:acme::x"]
        for model_id in asked:
            scanned = next((model for model in provider.models if names(model.match, model_id.lower())), None)
            assert prices._model(provider.id, model_id) is scanned, (provider.id, model_id)


def test_an_endpoint_determines_the_provider() -> None:
    assert PACKAGED.provider_at("https://openrouter.ai/api/v1") == "openrouter"
    assert PACKAGED.provider_at("https://api.together.xyz/v1") == "together"
    assert PACKAGED.provider_at("http://localhost:8000/v1") is None


def test_the_first_provider_that_has_it_and_the_first_name_that_it_has_count() -> None:
    azure = PACKAGED.find(("azure", "openai"), ("no-such-model", "gpt-4o"), TODAY)
    assert azure is not None
    assert azure.input_per_1k == Decimal("0.0025")
    assert PACKAGED.find(("azure",), ("no-such-model",), TODAY) is None


def test_a_shared_entry_does_not_lend_its_context_window() -> None:
    lent = PACKAGED.find(("openai",), ("gpt-5-chat-latest",), TODAY)
    own = PACKAGED.find(("openai",), ("gpt-5",), TODAY)
    assert lent is not None
    assert own is not None
    assert (lent.input_per_1k, lent.context_window) == (own.input_per_1k, None)
    assert own.context_window == 400_000


def test_the_age_of_the_installed_prices_is_known() -> None:
    assert PACKAGED.as_of == CHECKED_ON[version("genai-prices")]
