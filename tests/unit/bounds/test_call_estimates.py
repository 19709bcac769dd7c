from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from application.bounds.call_estimates import CallEstimate, call_estimate
from application.prompts.completion import TokenUsage
from application.prompts.selection_candidates import Candidate, ModelById
from application.usage.usage_ledger import OK, ModelCall
from domain.model.values import Price, PriceTier
from tests.fakes.client import FakeClient, a_conversation
from tests.prompt_setup import a_candidate, a_prompt

TEN_AND_TWENTY = Price(Decimal(10), Decimal(20), "manual")


def estimate(body: dict[str, Any], *candidates: Candidate, instead: Price | None = None) -> Any:  # noqa: ANN401
    prompt = a_prompt(ModelById(candidates[0].id))
    client = FakeClient(asked=a_conversation(), body=body)
    asked = type(prompt)(selector=prompt.selector, client=client)
    return call_estimate(asked, candidates, instead)


def test_it_is_what_is_read_and_the_most_that_may_be_written() -> None:
    candidate = a_candidate(price=TEN_AND_TWENTY)
    found = estimate({"max_tokens": 500, "messages": [{"content": "x " * 1_499}]}, candidate)
    assert found.most == Decimal("1.000") * 10 + Decimal("0.5") * 20


def test_an_answer_of_unknown_length_is_taken_to_be_a_usual_one() -> None:
    candidate = a_candidate(price=TEN_AND_TWENTY, max_tokens=100_000)
    assert estimate({}, candidate).most == Decimal("4.096") * 20
    assert estimate({}, a_candidate(price=TEN_AND_TWENTY, max_tokens=1_000)).most == 20
    assert estimate({"max_tokens": 100, "n": 3}, candidate).most == Decimal("0.3") * 20


def test_each_of_several_answers_may_have_the_longest_length() -> None:
    candidate = a_candidate(price=TEN_AND_TWENTY, max_tokens=1_000)
    assert estimate({"max_tokens": 5_000, "n": 3}, candidate).most == 60
    assert estimate({"n": 3}, candidate).most == 60
    assert estimate({"n": 10**30}, candidate).most == 128 * 20


def test_a_stated_length_is_believed_where_no_limit_is_known_but_not_any() -> None:
    candidate = a_candidate(price=TEN_AND_TWENTY, max_tokens=None)
    assert estimate({"max_tokens": 10_000}, candidate).most == 200
    assert estimate({"max_tokens": 10**30}, candidate).most == Decimal("131.072") * 20


def test_the_dearest_price_of_each_kind_counts() -> None:
    tier = PriceTier(above_input_tokens=200_000, input_per_1k=Decimal(15), output_per_1k=Decimal(60))
    price = Price(Decimal(10), Decimal(20), "manual", reasoning_per_1k=Decimal(30), tiers=(tier,))
    assert estimate({"max_tokens": 1_000}, a_candidate(price=price)).most == 60


def test_data_is_not_read_letter_by_letter() -> None:
    candidate = a_candidate(price=Price(Decimal(1), None, "manual"))
    picture = {"type": "image_url", "image_url": {"url": "A" * 5_000_000}}
    assert estimate({"messages": [picture]}, candidate).most == Decimal("2.004")


@pytest.mark.parametrize(
    "part",
    [
        {"type": "text", "text": "A" * 300_000},
        {"content": "data:image/png;base64," + "A" * 300_000},
        {"type": "text", "media_type": "text/plain", "data": "A" * 300_000},
        {"type": "input_text", "text": "\u6587" * 100_000},
        {"url": "\u6587" * 100_000},
    ],
)
def test_words_are_no_data_though_they_have_no_blanks(part: dict[str, Any]) -> None:
    candidate = a_candidate(price=Price(Decimal(1), None, "manual"), context_window=None)
    assert 100 < estimate({"messages": [part]}, candidate).most < Decimal("100.1")


def test_a_model_reads_no_more_than_its_window() -> None:
    candidate = a_candidate(price=Price(Decimal(1), None, "manual"), context_window=1_000)
    assert estimate({"prompt": "words " * 10_000}, candidate).most == 1


def test_tokens_and_texts_to_embed_count() -> None:
    candidate = a_candidate(price=Price(Decimal(1), None, "manual"), type="embedding", context_window=8_000)
    assert estimate({"input": ((1, 2, 3),) * 4_000}, candidate).most == 12
    assert estimate({"input": ("x " * 1_499,) * 10}, candidate).most == 10


def test_a_model_without_a_price_counts_at_another_or_not_at_all() -> None:
    unpriced = a_candidate(price=None)
    assert estimate({"max_tokens": 1_000}, unpriced, instead=TEN_AND_TWENTY).most == 20
    assert estimate({}, unpriced).most is None


@pytest.mark.parametrize(
    "body",
    [
        {"max_tokens": "many"},
        {"max_tokens": None, "n": "two"},
        {"n": None},
        {"max_tokens": -1_000_000_000},
        {"max_tokens": 0},
        {"max_tokens": True, "n": True},
        {"n": -5},
    ],
)
def test_what_makes_no_sense_is_left_to_others(body: dict[str, Any]) -> None:
    assert estimate(body, a_candidate(price=TEN_AND_TWENTY)).most >= Decimal("4.096") * 20


def a_use(outcome: str = OK, cost: int | None = None, *, was_called: bool = True, **tokens: Any) -> ModelCall:  # noqa: ANN401
    return ModelCall(
        model_id=UUID(int=1),
        provider_id=UUID(int=2),
        provider_type="openai",
        provider_model_id="m",
        outcome=outcome,
        latency_ms=1.0,
        tokens=TokenUsage(**tokens),
        cost_usd=None if cost is None else Decimal(cost),
        was_called=was_called,
    )


@pytest.mark.parametrize(
    ("use", "tokens"),
    [
        (a_use(cost=1, input_tokens=3, output_tokens=4), 7),
        (a_use(input_tokens=3, output_tokens=4), 7),
        (a_use(), 1_000),
        (a_use(input_tokens=3), 1_000),
        (a_use("cancelled"), 1_000),
        (a_use("cancelled", input_tokens=3, output_tokens=1), 1_000),
        (a_use("cancelled", input_tokens=3_000, output_tokens=1), 3_001),
        (a_use("cancelled", cost=1, input_tokens=3, output_tokens=4), 7),
        (a_use("rate_limited", cost=0), 0),
        (a_use("auth_invalid", was_called=False), 0),
    ],
)
def test_what_a_provider_has_not_told_counts_as_the_most_that_it_can_be(use: ModelCall, tokens: int) -> None:
    assert CallEstimate({}, tokens=1_000).tokens_of(use) == tokens
