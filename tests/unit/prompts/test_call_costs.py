from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.ports.provider_gateway import ProviderConnection
from application.prompts.call_costs import Cost, CostPart, call_cost, cost_at, own_tariff
from application.prompts.completion import Completion, TokenUsage
from application.prompts.model_parameters import Defaults
from application.prompts.price_list import Tariff, Unpriced
from domain.model.values import HIGHEST_COST, MOST_DECIMALS, Price, PriceTier
from tests.builders import a_price
from tests.fakes.generation import completed
from tests.fakes.price_list import FakePriceList
from tests.prompt_setup import a_candidate

prices = st.decimals(0, HIGHEST_COST, places=MOST_DECIMALS, allow_nan=False, allow_infinity=False)
tokens = st.integers(0, 10**12)
AZURE = ProviderConnection(provider_type="azure_openai", endpoint="https://x.openai.azure.com", settings={})
LISTED = Tariff(source="genai-prices", rates={"input": Decimal("0.000001"), "output": Decimal("0.00001")})


def used(input_tokens: int | None, output_tokens: int | None, **more: Any) -> TokenUsage:  # noqa: ANN401
    return TokenUsage(input_tokens=input_tokens, output_tokens=output_tokens, **more)


def at(price: Price, usage: TokenUsage, *conditions: str) -> Cost:
    return cost_at(own_tariff(price, conditions), usage)


def test_tokens_read_and_written_have_their_own_price() -> None:
    assert at(a_price("0.0025", "0.01"), used(1000, 500)) == Cost(
        Decimal("0.0075"),
        source="manual",
        parts=(CostPart("input", 1000, Decimal("0.0025")), CostPart("output", 500, Decimal("0.005"))),
    )


def test_a_single_token_costs_a_thousandth_exactly() -> None:
    assert at(a_price("0.00015", "0.0006"), used(1, 1)).usd == Decimal("0.00000075")


def test_what_is_free_costs_nothing() -> None:
    assert at(a_price("0", "0"), used(7, 7)).usd == 0


@pytest.mark.parametrize(
    ("tariff", "usage", "reason"),
    [
        (Unpriced("price-unknown", "There is none."), used(1, 1), "price-unknown"),
        (Unpriced("tier-unknown", "There is none."), used(1, 1), "tier-unknown"),
        (own_tariff(a_price(None, "0.01"), ()), used(1, 1), "price-unknown"),
        (own_tariff(a_price("0.01", None), ()), used(1, 1), "price-unknown"),
        (own_tariff(a_price(), ()), used(None, 1), "usage-unknown"),
        (own_tariff(a_price(), ()), used(1, None), "usage-unknown"),
        (Unpriced("price-unknown", "There is none."), used(None, None), "usage-unknown"),
        (own_tariff(a_price(), ()), used(9, 1, cache_write_tokens=4), "price-unknown"),
        (own_tariff(a_price(), ()), used(9, 1, cache_write_1h_tokens=4), "price-unknown"),
        (own_tariff(a_price(), ()), used(9, 1, audio_input_tokens=4), "price-unknown"),
        (own_tariff(a_price(), ()), used(9, 9, audio_output_tokens=4), "price-unknown"),
        (own_tariff(a_price(), ()), used(9, 9, image_output_tokens=4), "price-unknown"),
        (own_tariff(a_price(), ()), used(9, 9, web_searches=1), "other-charges"),
        (own_tariff(a_price(), ()), used(9, 9, charged_tools=("file_search",)), "other-charges"),
        (own_tariff(a_price(), ()), used(9, 9, cached_input_tokens=10), "usage-unknown"),
        (
            own_tariff(a_price(), ()),
            used(9, 9, cache_write_tokens=5, cache_write_5m_tokens=4, cache_write_1h_tokens=2),
            "usage-unknown",
        ),
        (
            own_tariff(replace(a_price(), audio_input_per_1k=Decimal(1)), ()),
            used(9, 9, audio_input_tokens=4, cached_input_tokens=4),
            "usage-unknown",
        ),
        (own_tariff(a_price(), ("flex",)), used(9, 9), "tier-unknown"),
    ],
)
def test_a_cost_that_is_not_known_is_none_and_says_why(
    tariff: Tariff | Unpriced, usage: TokenUsage, reason: str
) -> None:
    cost = cost_at(tariff, usage)
    assert (cost.usd, cost.unknown, cost.source, cost.parts) == (None, reason, None, ())
    assert cost.detail is not None
    assert cost.detail.endswith(".")


EACH = Price(
    Decimal("0.010"),
    Decimal("0.100"),
    "manual",
    cached_input_per_1k=Decimal("0.001"),
    cache_write_per_1k=Decimal("0.012"),
    cache_write_1h_per_1k=Decimal("0.020"),
    reasoning_per_1k=Decimal("0.200"),
    audio_input_per_1k=Decimal("0.050"),
)


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        (used(1000, 0, cached_input_tokens=400), "0.0064"),
        (used(1000, 0, cache_write_tokens=500), "0.011"),
        (used(1000, 0, cache_write_tokens=500, cache_write_5m_tokens=200, cache_write_1h_tokens=300), "0.0134"),
        (used(1000, 0, audio_input_tokens=100), "0.014"),
        (used(1000, 0, audio_input_tokens=100, cached_input_tokens=200, cached_audio_tokens=100), "0.0131"),
        (used(1000, 0, audio_input_tokens=1000, cached_input_tokens=1000), "0.05"),
        (used(1000, 0, image_input_tokens=600), "0.01"),
        (used(0, 1000, reasoning_tokens=250), "0.125"),
    ],
)
def test_each_kind_of_token_has_its_own_price(usage: TokenUsage, usd: str) -> None:
    assert at(EACH, usage).usd == Decimal(usd)


def test_a_discount_that_is_not_known_is_not_given() -> None:
    assert at(a_price("0.01", "0.1"), used(1000, 1000, cached_input_tokens=900, reasoning_tokens=900)).usd == Decimal(
        "0.11"
    )


TIERED = replace(
    a_price("0.001", "0.010"),
    cached_input_per_1k=Decimal("0.0001"),
    tiers=(
        PriceTier(above_input_tokens=200_000, input_per_1k=Decimal("0.002"), output_per_1k=Decimal("0.015")),
        PriceTier(above_input_tokens=500_000, input_per_1k=Decimal("0.003")),
        PriceTier(service_tier="flex", input_per_1k=Decimal("0.0005"), output_per_1k=Decimal("0.005")),
        PriceTier(service_tier="flex", above_input_tokens=200_000, input_per_1k=Decimal("0.001")),
    ),
)


@pytest.mark.parametrize(
    ("input_tokens", "conditions", "usd"),
    [
        (200_000, (), "0.21"),
        (200_001, (), "0.415002"),
        (500_001, (), "1.515003"),
        (200_000, ("flex",), "0.105"),
        (200_001, ("flex",), "0.205001"),
    ],
)
def test_a_tier_counts_for_all_tokens_of_a_call(input_tokens: int, conditions: tuple[str, ...], usd: str) -> None:
    assert at(TIERED, used(input_tokens, 1000), *conditions).usd == Decimal(usd)


def test_what_a_tier_does_not_name_costs_what_it_costs_below() -> None:
    assert at(TIERED, used(300_000, 0, cached_input_tokens=300_000)).usd == Decimal("0.03")


@pytest.mark.parametrize("price", [None, a_price("0.0025", "0.01")])
@pytest.mark.parametrize("usage", [TokenUsage(), TokenUsage(input_tokens=1000, output_tokens=500)])
def test_what_the_answer_itself_says_that_it_cost_counts(price: Price | None, usage: TokenUsage) -> None:
    said = completed(usage=usage, cost_usd=Decimal("0.0123"))
    cost = call_cost(said, a_candidate(price=price), AZURE, FakePriceList())
    assert cost == Cost(Decimal("0.0123"), source="provider")


def listed(answer: Completion, *, price_list: FakePriceList, **facts: Any) -> Cost:  # noqa: ANN401
    candidate = a_candidate(
        **{"provider_type": "azure_openai", "provider_model_id": "chat-prod", "price": None} | facts
    )
    return call_cost(answer, candidate, AZURE, price_list)


ANSWER = completed(usage=used(1000, 100), answered_by="gpt-4o-2024-08-06")


def test_a_deployment_is_priced_as_the_model_that_the_answer_names() -> None:
    price_list = FakePriceList({("azure_openai", "gpt-4o-2024-08-06"): LISTED})
    assert listed(ANSWER, price_list=price_list).usd == Decimal("0.002")
    assert price_list.asked[0].model_ids == ("gpt-4o-2024-08-06", "chat-prod")
    assert price_list.asked[0].endpoint == AZURE.endpoint


def test_a_base_model_counts_before_what_the_answer_names() -> None:
    price_list = FakePriceList({("azure_openai", "gpt-4o-2024-08-06"): LISTED})
    cost = listed(ANSWER, price_list=price_list, defaults=Defaults(base_model="gpt-5"))
    assert (cost.usd, cost.unknown) == (None, "price-unknown")
    assert price_list.asked[0].model_ids == ("gpt-5",)


@pytest.mark.parametrize("source", ["manual", "live"])
def test_a_price_of_the_organizations_own_counts_before_the_list(source: str) -> None:
    price_list = FakePriceList({("azure_openai", "gpt-4o-2024-08-06"): LISTED})
    cost = listed(ANSWER, price_list=price_list, price=a_price("1", "1", source))
    assert (cost.usd, cost.source) == (Decimal("1.1"), source)


def test_a_listed_price_is_looked_up_again_and_kept_where_the_list_has_it_no_more() -> None:
    held = a_price("1", "1", "genai-prices")
    price_list = FakePriceList({("azure_openai", "gpt-4o-2024-08-06"): LISTED})
    assert listed(ANSWER, price_list=price_list, price=held).usd == Decimal("0.002")
    assert listed(ANSWER, price_list=FakePriceList(), price=held).usd == Decimal("1.1")


def test_a_tier_that_the_list_does_not_know_is_not_the_ordinary_one() -> None:
    price_list = FakePriceList({("azure_openai", "gpt-4o-2024-08-06"): LISTED})
    served = replace(ANSWER, price_conditions={"service_tier": "ultrafast"})
    cost = listed(served, price_list=price_list, price=a_price("1", "1", "genai-prices"))
    assert (cost.usd, cost.unknown) == (None, "tier-unknown")


def test_a_part_of_the_price_is_enough_where_the_other_is_not_used() -> None:
    assert at(a_price("0.01", None), used(100, 0)).usd == Decimal("0.001")


@given(read=prices, written=prices, input_tokens=tokens, output_tokens=tokens)
def test_nothing_is_rounded(read: Decimal, written: Decimal, input_tokens: int, output_tokens: int) -> None:
    cost = at(Price(read, written, "manual"), used(input_tokens, output_tokens)).usd
    assert cost is not None
    numerator, denominator = cost.as_integer_ratio()
    reading, reading_by = read.as_integer_ratio()
    writing, writing_by = written.as_integer_ratio()
    exact = reading * input_tokens * writing_by + writing * output_tokens * reading_by
    assert numerator * reading_by * writing_by * 1000 == exact * denominator
