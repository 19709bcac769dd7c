"""Our arithmetic at the prices of genai-prices is its own calculation, and stricter where that guesses."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from genai_prices import Usage
from genai_prices.data import providers
from genai_prices.types import ModelInfo, ModelPrice
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.catalogue.packaged_catalogue import PackagedCatalogue
from adapters.catalogue.packaged_price_list import PackagedPriceList
from adapters.catalogue.price_overrides import PriceOverrides
from adapters.catalogue.tariffs import KIND_OF, listed_tariff
from application.prompts.call_costs import cost_at
from application.prompts.completion import TokenUsage
from application.prompts.price_list import ListedCall, Tariff, Unpriced

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SERVICES = {"openai", "anthropic", "google", "mistral", "groq", "deepseek", "x-ai"}
PROVIDERS = {provider.id: provider for provider in providers if provider.id in SERVICES}
MODELS = [(provider_id, model) for provider_id, provider in PROVIDERS.items() for model in provider.models]
# What the ordinary price is changed by; batches are not run here.
TIERS: list[tuple[str, ModelInfo, dict[str, str]]] = [
    (provider_id, model, variant.when)
    for provider_id, model in MODELS
    for variant in model.price_variants or ()
    if "processing" not in variant.when
]
counts = st.integers(0, 400_000)


def _price(model: ModelInfo, conditions: dict[str, str]) -> ModelPrice:
    return model.get_prices(NOW, conditions)


def _is_sold_by_the_token(model: ModelInfo) -> bool:
    price = _price(model, {})
    return price.input_mtok is not None and price.output_mtok is not None


def _check(provider_id: str, model: ModelInfo, conditions: dict[str, str], used: dict[str, int]) -> None:
    price = _price(model, conditions)
    writes = {name: used[name] if getattr(price, key) is not None else 0 for name, key in _WRITES.items()}
    written = sum(writes.values())
    usage = TokenUsage(
        input_tokens=used["plain"] + used["cached"] + written,
        output_tokens=used["answer"] + used["thoughts"],
        cached_input_tokens=used["cached"],
        cache_write_tokens=written,
        cache_write_1h_tokens=writes["written_1h"],
        reasoning_tokens=used["thoughts"],
    )
    theirs = model.calc_price(
        Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=used["cached"],
            cache_write_tokens=written,
            cache_write_1h_tokens=writes["written_1h"],
            output_reasoning_tokens=used["thoughts"],
        ),
        PROVIDERS[provider_id],
        genai_request_timestamp=NOW,
        price_context=conditions,
    )
    ours = cost_at(listed_tariff(provider_id, model, conditions, NOW), usage)
    assert ours.usd == theirs.total_price, (provider_id, model.id, conditions)


_WRITES = {"written": "cache_write_mtok", "written_1h": "cache_write_1h_mtok"}
uses = st.fixed_dictionaries(dict.fromkeys(["plain", "cached", "written", "written_1h", "answer", "thoughts"], counts))


@settings(max_examples=40)
@given(st.sampled_from([each for each in MODELS if _is_sold_by_the_token(each[1])]), uses)
def test_a_call_costs_what_genai_prices_works_out(named: tuple[str, ModelInfo], used: dict[str, int]) -> None:
    _check(*named, {}, used)


@settings(max_examples=25)
@given(st.sampled_from(TIERS), uses)
def test_so_it_does_at_every_service_tier(named: tuple[str, ModelInfo, dict[str, str]], used: dict[str, int]) -> None:
    _check(*named, used)


def test_a_tier_prices_every_kind_of_token_that_the_ordinary_price_does() -> None:
    # Else genai-prices would give such tokens their ordinary price, which may be too little.
    for _, model, when in TIERS:
        [variant] = [variant for variant in model.price_variants or () if variant.when == when][:1]
        ordinary = _price(model, {})
        missing = [
            key
            for key in KIND_OF
            if key.endswith("_mtok") and getattr(ordinary, key) is not None and getattr(variant.prices, key) is None
        ]
        assert missing == [] or when == {"service_tier": "default"}, model.id


def _tariff(provider_type: str, endpoint: str, *names: str, at: datetime = NOW, **conditions: str) -> Tariff | Unpriced:
    call = ListedCall(provider_type=provider_type, endpoint=endpoint, model_ids=names, conditions=conditions)
    return PackagedPriceList(PackagedCatalogue(), now=lambda: at).tariff(call)


def test_the_united_states_alone_cost_a_tenth_more() -> None:
    url = "https://api.anthropic.com"
    anywhere = _tariff("anthropic", url, "claude-opus-5-5")
    there = _tariff("anthropic", url, "claude-opus-5-5", inference_geo="us")
    assert isinstance(anywhere, Tariff)
    assert isinstance(there, Tariff)
    for kind, rate in anywhere.rates.items():
        assert there.rates[kind] == rate * (1 if kind == "webSearch" else Decimal("1.1"))


@pytest.mark.parametrize(
    ("provider_type", "endpoint", "name", "conditions"),
    [
        ("openai", "https://eu.api.openai.com/v1", "gpt-5", {}),
        ("azure_openai", "https://x.openai.azure.com", "gpt-5", {"service_tier": "priority"}),
        ("anthropic", "https://api.anthropic.com", "claude-opus-5-5", {"service_tier": "priority"}),
        ("anthropic", "https://api.anthropic.com", "claude-haiku-5-5", {"speed": "fast"}),
        ("openai", "https://api.openai.com/v1", "gpt-5", {"web_search_options": "used"}),
    ],
)
def test_what_the_list_does_not_know_is_unknown(
    provider_type: str, endpoint: str, name: str, conditions: dict[str, str]
) -> None:
    call = ListedCall(provider_type=provider_type, endpoint=endpoint, model_ids=(name,), conditions=conditions)
    found = PackagedPriceList(PackagedCatalogue(), now=lambda: NOW).tariff(call)
    assert isinstance(found, Unpriced)
    assert found.reason == "tier-unknown"


def test_azure_sells_at_the_prices_of_the_makers() -> None:
    found = _tariff("azure_openai", "https://x.openai.azure.com", "gpt-4o-2024-08-06", "chat-prod-eu")
    assert isinstance(found, Tariff)
    assert (found.rates["input"], found.rates["output"]) == (Decimal("0.0000025"), Decimal("0.00001"))


def test_the_price_follows_the_clock() -> None:
    url = "https://generativelanguage.googleapis.com/v1beta"
    rates = []
    for day in (datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)):
        found = _tariff("google", url, "models/gemini-4-argon", at=day)
        assert isinstance(found, Tariff)
        rates.append(found.rates["input"])
    assert rates == [Decimal("0.000002"), Decimal("0.000004")]


def test_prices_of_our_own_say_so_and_from_which_day_they_are() -> None:
    known = PackagedCatalogue().look_up("openai", "gpt-6.2-sol")
    assert (known.price_source, known.price_as_of) == ("catalogue", "2026-11-29")
    assert (known.input_per_1k, known.cached_input_per_1k) == (Decimal("0.002"), Decimal("0.0001"))
    [tier] = known.tiers
    assert (tier.above_input_tokens, tier.output_per_1k) == (272_000, Decimal("0.015"))
    found = _tariff("openai", "https://api.openai.com/v1", "gpt-6.2-sol")
    assert isinstance(found, Tariff)
    assert found.source == "catalogue"


def test_our_own_prices_are_of_models_that_genai_prices_has_not() -> None:
    # One that it has by now can go, unless it is wrong there.
    overrides = PriceOverrides.packaged()
    for provider_id, models in overrides.models.items():
        for model in models:
            assert PROVIDERS[provider_id].find_model(model.id) is None, model.id
    for provider_id, model_id, tier in overrides.service_tiers:
        theirs: Any = PROVIDERS[provider_id].find_model(model_id)
        variants = () if theirs is None else theirs.price_variants or ()
        assert all(variant.when != {"service_tier": tier} for variant in variants), (model_id, tier)
        assert overrides.times(provider_id, model_id, tier, date(2020, 1, 1)) is None
